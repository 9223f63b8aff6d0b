"""All components."""

from typing import Final

from entrypoints.web.components.bars import Bars
from entrypoints.web.components.button import Button
from entrypoints.web.components.calendar import MonthCalendar
from entrypoints.web.components.card import Card
from entrypoints.web.components.card_form import CardForm
from entrypoints.web.components.check import Check
from entrypoints.web.components.choices import Choices
from entrypoints.web.components.copy import Copy
from entrypoints.web.components.dialog import Dialog
from entrypoints.web.components.empty_state import EmptyState
from entrypoints.web.components.field import Field
from entrypoints.web.components.gallery import Gallery
from entrypoints.web.components.group import Group
from entrypoints.web.components.moment import Time
from entrypoints.web.components.notifications import Notifications
from entrypoints.web.components.offers import Offers
from entrypoints.web.components.pay import Pay
from entrypoints.web.components.pay_start import PayStart
from entrypoints.web.components.price import Price
from entrypoints.web.components.steps import Steps
from entrypoints.web.components.table import Table
from entrypoints.web.components.tabs import Tabs
from entrypoints.web.components.toast import Toast
from entrypoints.web.components.upload import Upload
from entrypoints.web.kit.component import Component

COMPONENTS: Final[tuple[type[Component], ...]] = (
    Button,
    Field,
    Card,
    Dialog,
    Table,
    Tabs,
    Toast,
    EmptyState,
    Price,
    Copy,
    Time,
    MonthCalendar,
    Gallery,
    Steps,
    Check,
    Choices,
    Group,
    Upload,
    CardForm,
    Pay,
    PayStart,
    Offers,
    Notifications,
    Bars,
)
"""Templates make them by the names of their classes."""
