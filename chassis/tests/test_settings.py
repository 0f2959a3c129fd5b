"""Settings: read once, documented, and whoever gets one wrong is told which and what it is for."""

from __future__ import annotations

from typing import Any

import pytest
from filrouge_chassis.settings import Settings, SettingsInvalid
from pydantic import ValidationError

NEEDED = {"FILROUGE_KAFKA": "k.example:9092", "FILROUGE_POSTGRES": "postgresql://me@db.example"}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is_for(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description is not None
    assert description[0].isupper()


def test_only_where_the_servers_are_must_be_said() -> None:
    settings = Settings.from_environment({**NEEDED, "FILROUGE_UNKNOWN": "1", "LANES": "9"})
    assert (settings.kafka, settings.postgres) == tuple(NEEDED.values())
    assert settings == Settings(**{name[9:].lower(): value for name, value in NEEDED.items()})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("kafka", "a:1,b:2", "a:1,b:2"),
        ("postgres", "postgres://db.example:5433/postgres", "postgres://db.example:5433/postgres"),
        ("lanes", "24", 24),
        ("http_port", "0", 0),
        ("request_timeout_seconds", "2.5", 2.5),
        ("log_level", "DEBUG", "DEBUG"),
        ("cached_states", "0", 0),
        ("trace_collector", "", ""),
        ("trace_collector", "https://c.example/otlp", "https://c.example/otlp"),
        ("trace_ratio", "0", 0.0),
        ("failpoints", "after_commit=kill@3", "after_commit=kill@3"),
    ],
)
def test_a_setting_is_what_its_variable_says(name: str, text: str, value: object) -> None:
    settings = Settings.from_environment({**NEEDED, f"FILROUGE_{name.upper()}": text})
    assert getattr(settings, name) == value


@pytest.mark.parametrize(
    ("variable", "text", "rule"),
    [
        ("FILROUGE_KAFKA", None, "required"),
        ("FILROUGE_POSTGRES", None, "required"),
        ("FILROUGE_KAFKA", "", "is neither host:port"),
        ("FILROUGE_KAFKA", "k.example", "is neither host:port"),
        ("FILROUGE_KAFKA", "a:1,b", "is neither host:port"),
        ("FILROUGE_POSTGRES", "db.example:5432", "match pattern"),
        ("FILROUGE_LANES", "0", "greater than or equal to 1"),
        ("FILROUGE_LANES", "1025", "less than or equal to 1024"),
        ("FILROUGE_LANES", "many", "integer"),
        ("FILROUGE_LANES", "", "integer"),
        ("FILROUGE_HTTP_PORT", "65536", "65535"),
        ("FILROUGE_LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("FILROUGE_BATCH_RECORDS", "0", "1"),
        ("FILROUGE_TRACE_COLLECTOR", "c.example:4318", "match pattern"),
        ("FILROUGE_TRACE_RATIO", "1.1", "less than or equal to 1"),
        ("FILROUGE_TRACE_RATIO", "nan", "less than or equal to 1"),
        ("FILROUGE_TRACE_SPANS_PER_SECOND", "9", "greater than or equal to 10"),
        ("FILROUGE_SESSION_TIMEOUT_MS", "999", "1000"),
        ("FILROUGE_REQUEST_TIMEOUT_SECONDS", "0", "greater than 0"),
        ("FILROUGE_DRAIN_SECONDS", "-1", "greater than 0"),
        ("FILROUGE_DRAIN_SECONDS", "inf", "finite"),
        ("FILROUGE_REQUEST_TIMEOUT_SECONDS", "nan", "finite"),
        ("FILROUGE_FAILPOINTS", "somewhere=kill", "is not PLACE=ACTION@TIME"),
    ],
)
def test_a_wrong_value_is_named_with_its_meaning_and_rule(
    variable: str, text: str | None, rule: str
) -> None:
    environment: dict[str, Any] = {**NEEDED, variable: text}
    given = {name: value for name, value in environment.items() if value is not None}
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_environment(given)
    sentence = str(caught.value)
    meaning = Settings.model_fields[variable[9:].lower()].description
    assert sentence.startswith(f"{variable} ({meaning}): ")
    assert rule in sentence
    assert ";" not in sentence.replace(str(meaning), ""), "one problem, one sentence"


def test_all_wrong_values_are_named_at_once() -> None:
    wrong = {"FILROUGE_LANES": "0", "FILROUGE_LOG_LEVEL": "loud", "FILROUGE_KAFKA": "k:1"}
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_environment(wrong)
    for name in ("FILROUGE_POSTGRES", "FILROUGE_LANES", "FILROUGE_LOG_LEVEL"):
        assert name in str(caught.value)
    assert "FILROUGE_KAFKA" not in str(caught.value)


def test_settings_never_change() -> None:
    settings = Settings.from_environment(NEEDED)
    with pytest.raises(ValidationError):
        settings.lanes = 9  # type: ignore[misc]


def test_the_environment_of_the_process_is_read_if_no_other_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**NEEDED, "FILROUGE_LANES": "7"}.items():
        monkeypatch.setenv(name, value)
    assert Settings.from_environment().lanes == 7
