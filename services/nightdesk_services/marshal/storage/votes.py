"""Votes on classifications, and the edits of their probabilities."""

from __future__ import annotations

from nightdesk_services.marshal.storage.store import Document, Store, now


class Votes:
    """Both lie in the classification itself, each with an id of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, classification_id: int, voter_id: int, vote: int) -> None:
        """Store somebody's vote in place of their former one."""
        time = now()
        again = await self._store["classifications"].update_one(
            {"_id": classification_id, "votes.voter_id": voter_id},
            {"$set": {"votes.$.vote": vote, "votes.$.modified": time, "modified": time}},
        )
        if again.matched_count:
            return
        fresh = {
            "id": await self._store.next_id("classification_votes"),
            "classification_id": classification_id,
            "voter_id": voter_id,
            "vote": vote,
            "created_at": time,
            "modified": time,
        }
        # of two first votes of one person, sent at once, only one is counted
        await self._store["classifications"].update_one(
            {"_id": classification_id, "votes.voter_id": {"$ne": voter_id}},
            {"$push": {"votes": fresh}, "$set": {"modified": time}},
        )

    async def remove(self, classification_id: int, voter_id: int) -> bool:
        """Remove somebody's vote; False if there is none."""
        done = await self._store["classifications"].update_one(
            {"_id": classification_id, "votes.voter_id": voter_id},
            {"$pull": {"votes": {"voter_id": voter_id}}, "$set": {"modified": now()}},
        )
        return done.matched_count == 1

    async def edit(self, editor: Document, classification_id: int, old: float | None, new: float) -> Document:
        """Return the note of an edit of a probability."""
        time = now()
        return {
            "id": await self._store.next_id("classification_edits"),
            "classification_id": classification_id,
            "editor_id": editor["id"],
            "editor_name": editor["username"],
            "old_probability": old,
            "new_probability": new,
            "created_at": time,
            "modified": time,
        }
