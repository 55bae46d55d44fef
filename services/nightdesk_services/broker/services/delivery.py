"""Getting packets through the pipeline whatever happens: waiting, trying again, finding the one at fault."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence

from nightdesk_services.broker.models.errors import ConflictError, StoreUnavailableError
from nightdesk_services.broker.models.packets import Packet
from nightdesk_services.broker.services.pipeline import Pipeline, by_survey

log = logging.getLogger(__name__)

Wait = Callable[[float], bool]
"""Waits some seconds; returns False when there is no time left."""

_LONGEST_PAUSE = 5.0


def deliver(packets: Sequence[Packet], pipeline: Pipeline, wait: Wait) -> bool:
    """Deal with all packets.

    While the store does not answer this waits and tries again, for ever. If something goes wrong with the
    packets themselves, they are halved until the one at fault is found, which goes to the quarantine.

    Returns
    -------
    done
        False if `wait` said to stop: then nothing may be committed.
    """
    todo = by_survey(packets)[::-1]
    failures = 0
    while todo:
        group = todo[-1]
        try:
            try:
                pipeline.run(group)
                todo.pop()
            except (StoreUnavailableError, ConflictError):
                raise
            except Exception as error:
                if len(group.packets) == 1:
                    log.exception("a packet that no stage expected goes to the quarantine")
                    pipeline.refuse(group, f"{type(error).__name__}: {error}"[:2000])
                    todo.pop()
                else:
                    first, second = group.halves()
                    todo[-1:] = [second, first]
            failures = 0
        except ConflictError:
            failures += 1
            pause = random.uniform(0, min(_LONGEST_PAUSE, 0.02 * 2**failures))
        except StoreUnavailableError as error:
            failures += 1
            pipeline.statistics.retries += 1
            pause = min(_LONGEST_PAUSE, 0.25 * 2**failures)
            log.warning("the store is not there, trying again in %.1f s: %s", pause, str(error)[:300])
        if failures and not wait(pause):
            return False
    return True
