"""What partner_gateway is made of."""

from __future__ import annotations

from filrouge_chassis.decider import Decider
from filrouge_contracts.entry import GATEWAY

from partner_gateway.door import Saying, read
from partner_gateway.rules import admit
from partner_gateway.state import EVOLUTIONS, Said

DECIDER = Decider(
    service=GATEWAY,
    states={"said": Said},
    rules={("said", Saying): admit},
    evolutions=EVOLUTIONS,
    read=read,
)
