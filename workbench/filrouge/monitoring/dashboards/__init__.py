"""Dashboards as code: one file each; `make generate` writes deploy/grafana."""

from __future__ import annotations

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from filrouge.monitoring.dashboards.audit import AUDIT
from filrouge.monitoring.dashboards.flow import FLOW
from filrouge.monitoring.dashboards.infrastructure import INFRASTRUCTURE
from filrouge.monitoring.dashboards.panels import Board
from filrouge.monitoring.dashboards.partners import PARTNERS
from filrouge.monitoring.dashboards.plan import PLAN
from filrouge.monitoring.dashboards.service import SERVICE_BOARD

BOARDS = (PLAN, FLOW, SERVICE_BOARD, PARTNERS, AUDIT, INFRASTRUCTURE)


def board_text(board: Board) -> str:
    """As Grafana imports it."""
    return JSONEncoder(sort_keys=True, indent=1).encode(board.built()) + "\n"
