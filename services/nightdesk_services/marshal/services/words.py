"""Who reads what is said of an object."""

from __future__ import annotations

from nightdesk_services.marshal.access import SITEWIDE, Access
from nightdesk_services.marshal.services.objects import ObjectService


async def readers(access: Access, objects: ObjectService, obj_id: str, wanted: list[int] | None) -> list[int]:
    """Return the groups that shall read what is said of an object.

    Without a wish these are the person's groups that hold the object, so that nothing leaves a group by
    default; what nobody holds is everybody's.
    """
    held = await objects.holders(access, obj_id)
    if wanted:
        return sorted(access.chosen(wanted))
    return held or [SITEWIDE]
