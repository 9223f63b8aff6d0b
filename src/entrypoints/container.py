"""The composition root: the only place that knows which adapter implements which port.

A method of a section makes one object, and mypy checks it as any other code. Tests and tools override a provider
(`container.database.override(...)`) before the application is made from it.
"""

from adapters.calendars.reader import HttpFeedReader
from adapters.documents.renderer import TemplateDocuments
from adapters.public_holidays import PackagedHolidays
from entrypoints.observe.port import MetricsPort
from entrypoints.telegram.bot import Bot
from entrypoints.telegram.screens import Parts
from entrypoints.wiring.messages import Messages
from entrypoints.wiring.root import single


class Container(Messages):
    """Every object that lives as long as the process: `Container(settings=...)`."""

    @single
    def bot(self) -> Bot:
        given = self.settings()
        parts = Parts(
            executor=self.executor(),
            reads=self.reads(),
            clock=self.clock(),
            gateways=self.gateways(),
            documents=self.legal_documents(),
        )
        return Bot(
            self.chats(),
            parts,
            self.link_codes(),
            name=given.telegram.bot_name,
            refused=given.second_factor_roles,
            pages=given.public_url if given.pages else "",
        )

    @single
    def documents(self) -> TemplateDocuments:
        return TemplateDocuments()

    @single
    def worker_metrics_port(self) -> MetricsPort:
        return self._metrics_port(self.settings().observe.worker_port, 1)

    @single
    def public_holidays(self) -> PackagedHolidays:
        return PackagedHolidays()

    @single
    def feed_reader(self) -> HttpFeedReader:
        return HttpFeedReader(allow_private=self.settings().feeds_allow_private)
