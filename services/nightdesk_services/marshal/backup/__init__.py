"""Backup and restore: what people decided, as plain files that can be checked."""

from nightdesk_services.marshal.backup.manifest import Manifest, UnusableBackupError
from nightdesk_services.marshal.backup.restore import restore
from nightdesk_services.marshal.backup.write import backup

__all__ = ["Manifest", "UnusableBackupError", "backup", "restore"]
