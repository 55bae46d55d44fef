"""One set of settings for every process: environment first, then one TOML file, then defaults."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "NIGHTDESK_"


class Settings(BaseSettings):
    """Where everything is; ``NIGHTDESK_<NAME>`` in the environment or ``<name>`` in ``NIGHTDESK_CONFIG``.

    An endpoint left empty is served by an embedded process that the launcher starts on 127.0.0.1.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", validate_default=True)

    data_dir: Path = Path(".nightdesk")
    """Directory that holds all state of an embedded platform."""

    store_uri: str = ""
    """MongoDB URI of a site's document store; empty: embedded."""
    store_name: str = "nightdesk"
    """Database in the store."""
    store_server: str = ""
    """Embedded store to use: ``mongod``, ``secantusd-rs`` or ``secantusd-py``; empty: the best found."""
    store_port: int = 27117

    stream_bootstrap: str = ""
    """Kafka bootstrap servers of a site; empty: embedded."""
    stream_server: str = ""
    """Embedded stream to use: ``kafka`` or ``tansu``; empty: the best found."""
    stream_port: int = 9192
    stream_controller_port: int = 9193
    stream_config: dict[str, str] = Field(default_factory=dict)
    """Further librdkafka properties (SASL, TLS), passed through to every client."""
    stream_topics: str = ""
    """Comma-separated topics (``^`` starts a pattern); empty: those that the surveys declare."""
    stream_group: str = "nightdesk"
    """Consumer group of the broker."""

    scheduler: str = ""
    """Address of a Dask scheduler for the broker's workers; empty: a local cluster of its own."""
    broker_workers: int = 2
    broker_batch: int = 250
    """Most alerts in one batch."""
    broker_stages: list[str] = ["history", "crossmatch", "features", "ml"]
    """Stages that alerts go through, as a JSON list."""
    broker_periods: bool = False
    """Whether the features include periods; they cost some 10 ms for a long light curve."""
    broker_port: int = 8112
    monitor_port: int = 8115
    """Port of the Stream page."""

    archive_url: str = ""
    """Where the Parquet archive lies, a path or a URL that fsspec knows; default ``<data_dir>/archive``."""
    archive_for_users: bool = True
    """Whether users' servers are told of it. Who reads its files sees alerts of every programme."""
    cutouts_url: str = ""
    """Where cutouts lie, a path or a URL that fsspec knows; default ``<data_dir>/cutouts``. Workers write
    there and the marshal reads."""
    cutout_days: int = Field(0, ge=0)
    """Days that all cutouts stay; then those go that are neither of a source, nor of an object in a list, nor
    of a candidate. 0: none go."""

    surveys_dir: Path | None = None
    """Directory of a site's own surveys."""
    models_dir: Path | None = None
    """Directory of a site's own models."""

    catalogs_dir: Path | None = None
    """Where loaded catalogues lie; default ``<data_dir>/catalogs``."""

    hub_port: int = 8100
    hub_api_port: int = 8101
    proxy_api_port: int = 8102
    hub_url: str = ""
    """Public URL of the hub, if not ``http://127.0.0.1:<hub_port>``."""
    marshal_port: int = 8111
    marshal_url: str = ""
    """URL under which services and notebooks reach the marshal; default: the embedded one."""

    gateway_url: str = ""
    """URL of a site's Dask Gateway; empty: embedded."""
    gateway_port: int = 8113
    gateway_proxy_port: int = 8114
    gateway_max_clusters: int = 2
    """Most clusters a user may have at a time."""
    gateway_max_workers: int = 4
    """Most workers in one cluster."""

    notifier_port: int = 8116
    """Port of the notifier's health and metrics; not served to users."""
    notify_email: SecretStr = SecretStr("")
    """Apprise URL of the mail server, without recipients, as ``mailtos://user:password@host?from=address``."""
    notify_sms: SecretStr = SecretStr("")
    """Apprise URL of an SMS provider, without recipients."""
    notify_slack: SecretStr = SecretStr("")
    """Apprise URL of the desk's Slack bot, without channels, as ``slack://xoxb-...``."""
    notify_hosts: list[str] = []
    """Hosts (``host`` or ``host:port``) to which users' own webhooks may go, as a JSON list."""
    notify_schemes: list[str] = ["https"]
    """Schemes that users' own webhooks may have."""
    notify_per_hour: int = 30
    """Most messages an hour for one user on one channel; further ones are gathered into the next."""
    notify_attempts: int = 8
    """How often a message is tried before its reader is told that it could not be delivered."""

    facility_hosts: list[str] = []
    """Hosts (``host`` or ``host:port``) to which follow-up requests may go, as a JSON list; empty: none."""

    admin_password: SecretStr = SecretStr("")
    """Password of the first admin; empty: a random one, printed once."""

    @property
    def catalogs(self) -> Path:
        """Directory of the loaded catalogues."""
        return self.catalogs_dir or self.data_dir / "catalogs"

    @property
    def public_url(self) -> str:
        """URL of the hub as a browser sees it, without a slash at its end."""
        return (self.hub_url or f"http://127.0.0.1:{self.hub_port}").rstrip("/")

    @property
    def marshal(self) -> str:
        """URL of the marshal, without a slash at its end."""
        return (self.marshal_url or f"http://127.0.0.1:{self.marshal_port}/services/marshal").rstrip("/")

    @property
    def store(self) -> str:
        """MongoDB URI of the store."""
        return self.store_uri or f"mongodb://127.0.0.1:{self.store_port}/?directConnection=true"

    @property
    def archive(self) -> str:
        """Root of the Parquet archive."""
        return self.archive_url or str(self.data_dir.resolve() / "archive")

    @property
    def cutouts(self) -> str:
        """Root of the cutouts."""
        return self.cutouts_url or str(self.data_dir.resolve() / "cutouts")

    @property
    def stream(self) -> str:
        """Kafka bootstrap servers."""
        return self.stream_bootstrap or f"127.0.0.1:{self.stream_port}"

    def environment(self) -> dict[str, str]:
        """Return the settings as environment variables, so that a child process sees the same."""
        import json

        env: dict[str, str] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is None or value == "" or isinstance(value, SecretStr):
                continue
            if name in ("surveys_dir", "models_dir"):
                # the child may run in another directory
                value = value.resolve()
            env[PREFIX + name.upper()] = json.dumps(value) if isinstance(value, dict | list) else str(value)
        return env

    def secrets(self, prefix: str) -> dict[str, str]:
        """Return the secrets whose names begin so, as variables of the one process they are for."""
        found = {name: getattr(self, name) for name in type(self).model_fields if name.startswith(prefix)}
        return {
            PREFIX + name.upper(): value.get_secret_value()
            for name, value in found.items()
            if isinstance(value, SecretStr) and value.get_secret_value()
        }

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the TOML file named by ``NIGHTDESK_CONFIG`` under the environment."""
        layers = [init_settings, env_settings]
        if path := os.environ.get(PREFIX + "CONFIG"):
            if not Path(path).is_file():
                msg = f"{PREFIX}CONFIG names {path}, which is not a file"
                raise FileNotFoundError(msg)
            layers.append(TomlConfigSettingsSource(settings_cls, path))
        return tuple(layers)
