"""What is known of an alert beyond its packet, stage by stage.

A new stage is one file here declaring its `Stage.inputs` and `Stage.outputs`, and one line in the factory.
"""

from __future__ import annotations

from nightdesk_services.broker.services.stages.base import Stage, in_order
from nightdesk_services.broker.services.stages.choosing import after, chosen
from nightdesk_services.broker.services.stages.crossmatch import Crossmatch
from nightdesk_services.broker.services.stages.features import Features
from nightdesk_services.broker.services.stages.history import History
from nightdesk_services.broker.services.stages.ml import ML

__all__ = ["ML", "Crossmatch", "Features", "History", "Stage", "after", "chosen", "in_order"]
