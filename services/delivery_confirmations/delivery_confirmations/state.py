"""Everything that is remembered here, by kind of aggregate, and how each event changes it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from filrouge_chassis.decider import Evolutions

from delivery_confirmations import delivery_evolutions, delivery_state, device_state

STATES: Mapping[str, type[msgspec.Struct]] = {
    "imei": device_state.Device,
    "order": delivery_state.Delivery,
    "stock": device_state.Stock,
}
EVOLUTIONS: Evolutions = {**delivery_evolutions.EVOLUTIONS, **device_state.EVOLUTIONS}
