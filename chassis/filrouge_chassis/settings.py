"""Everything a service is told from outside, read once from the environment and then frozen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from filrouge_chassis import kafka_address
from filrouge_chassis.testing.failpoints import checked


class SettingsInvalid(Exception):
    """A variable of the environment is missing or wrong; the message says which."""


class ProcessSettings(BaseModel):
    """What every process is told. Each field is the variable FILROUGE_<FIELD IN CAPITALS>."""

    model_config = ConfigDict(frozen=True)

    kafka: Annotated[
        str,
        AfterValidator(kafka_address.checked),
        Field(description="Where it is, host:port[,host:port], or sasl-ssl://… with a name"),
    ]
    http_port: Annotated[int, Field(ge=0, le=65535, description="Health and metrics")] = 8080
    http_host: Annotated[str, Field(description="Address that health and metrics listen on")] = (
        "127.0.0.1"
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(description="What is logged at least")
    ] = "INFO"
    request_timeout_seconds: Annotated[
        float, Field(gt=0, allow_inf_nan=False, description="Kafka, PostgreSQL")
    ] = 30
    drain_seconds: Annotated[
        float, Field(gt=0, allow_inf_nan=False, description="To finish a batch at stop")
    ] = 10
    failpoints: Annotated[
        str, AfterValidator(checked), Field(description="Fault tests only: place=action@time,…")
    ] = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Raises SettingsInvalid naming each variable and its rule."""
        found = os.environ if environment is None else environment
        values = {
            name: found[f"FILROUGE_{name.upper()}"]
            for name in cls.model_fields
            if f"FILROUGE_{name.upper()}" in found
        }
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            problems = [
                cls._sentence(str(problem["loc"][0]), problem["msg"])
                for problem in error.errors(include_url=False)
            ]
            raise SettingsInvalid("; ".join(problems)) from error

    @classmethod
    def _sentence(cls, name: str, problem: str) -> str:
        meaning = cls.model_fields[name].description
        return f"FILROUGE_{name.upper()} ({meaning}): {problem.removeprefix('Value error, ')}"


class Settings(ProcessSettings):
    """What a service that decides is told."""

    postgres: Annotated[
        str,
        Field(
            pattern=r"^postgres(ql)?://",
            description="URL of the server; each service has a database",
        ),
    ]
    lanes: Annotated[int, Field(ge=1, le=1024, description="Partitions of every shared topic")] = 4
    release: Annotated[str, Field(description="Name of the release, noted in the journal")] = "dev"
    batch_records: Annotated[int, Field(ge=1, description="Records of one transaction")] = 4000
    inbox_records: Annotated[int, Field(ge=1, description="Records waiting per lane")] = 16000
    cached_states: Annotated[int, Field(ge=0, description="States kept per lane")] = 100_000
    session_timeout_ms: Annotated[int, Field(ge=1000, description="Group session")] = 10_000
    trace_collector: Annotated[
        str,
        Field(
            pattern=r"^(https?://[^/]+.*)?$",
            description="OTLP over HTTP, as http://collector:4318; without one there are no traces",
        ),
    ] = ""
    trace_ratio: Annotated[
        float, Field(ge=0, le=1, description="Share of traces kept, besides what partners keep")
    ] = 0.01
    trace_spans_per_second: Annotated[
        int, Field(ge=10, description="Exported at most; more are dropped and counted")
    ] = 1000
