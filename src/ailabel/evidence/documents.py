"""The documents of a pack: declaration, labelling scheme, report, clauses for the agreement."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

import ailabel
from ailabel.evidence import wording
from ailabel.evidence.paper import Block, Heading, Lines, Paragraph, Picture, Table, rows
from ailabel.messages import render
from ailabel.model.report import Outcome
from ailabel.standard.rules import EDITION, RULES
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from ailabel.evidence.declaration import Declaration
    from ailabel.evidence.facts import Facts, ServiceFacts, Statement
    from ailabel.evidence.samples import Sample
    from ailabel.evidence.wording import Words

__all__ = ["Writer"]

_LANGUAGES: Final = ("en", "zh")
_SHOWN_RULES: Final = 40  # of a sample, in the report


@frozen(kw_only=True)
class Writer:
    """Writes the documents of one pack.

    Args:
        declaration: of the app.
        facts: what the samples show.
        language: ``zh`` or ``en``.
        made: when the samples were verified.
        pictures: JPEG files by their names, two for each sample: ``label`` and ``metadata``.
    """

    declaration: Declaration
    facts: Facts
    language: str
    made: datetime
    pictures: Mapping[tuple[str, str], bytes]

    def say(self, words: Words) -> str:
        """Return a text in the language of the pack."""
        return words[_LANGUAGES.index(self.language)]

    def declaring(self) -> Iterator[Block]:
        """Yield the declaration of what the app generates."""
        declaration = self.declaration
        say = self.say
        yield Heading(
            say(("Declaration on AI-generated content", "人工智能生成合成内容服务说明")), 1
        )
        yield self._dated()
        yield Table(rows(*self._particulars()), (30, 70))
        yield Heading(say(("What the app generates", "提供的生成合成服务")))
        yield Paragraph(say(wording.NO_OTHERS))
        head = (
            say(("Medium", "内容类型")),
            say(("Service", "服务内容")),
            say(("Samples", "样本数")),
        )
        body = [
            (
                say(wording.MEDIA[facts.service.medium]),
                facts.service.what,
                str(len(facts.samples)),
            )
            for facts in self.facts.services
        ]
        yield Table(rows(head, body), (20, 60, 20))
        if declaration.filings:
            yield Heading(say(("Filings and assessments", "备案与安全评估")))
            head = (say(("Kind", "类型")), say(("Number", "编号")), say(("Date", "日期")))
            yield Table(
                rows(head, [(item.kind, item.number, item.date) for item in declaration.filings]),
                (40, 40, 20),
            )
        yield Heading(say(("What this rests on", "说明的依据")))
        yield Paragraph(say(wording.rests_on(ailabel.__version__, EDITION)))
        yield Lines(
            (
                say(("Provider (stamp)", "服务提供者（盖章）")),
                say(("Responsible person", "负责人")),
                say(("Date", "日期")),
            )
        )

    def scheme(self) -> Iterator[Block]:
        """Yield the labelling scheme, medium by medium, with the samples' pictures."""
        say = self.say
        yield Heading(say(("Labelling scheme", "生成合成内容标识方案")), 1)
        yield self._dated()
        yield Paragraph(say(wording.BOTH_LABELS))
        for facts in self.facts.services:
            yield from self._service(facts)

    def _service(self, facts: ServiceFacts) -> Iterator[Block]:
        say = self.say
        yield Heading(say(wording.MEDIA[facts.service.medium]))
        yield Paragraph(facts.service.what)
        for statement in facts.statements:
            yield Paragraph("• " + say(statement.words))
            if statement.basis:
                yield Paragraph(self._basis(statement), small=True)
        for sample in (*facts.samples, *facts.screens):
            yield Heading(sample.name, 3)
            caption = say(("What is seen or heard", "显式标识"))
            yield Picture(
                self.pictures[sample.name, "label"], caption + self._colon + self._seen(sample)
            )
            if sample.report.labels:
                caption = say(("The implicit label in the metadata", "文件元数据中的隐式标识"))
                yield Picture(self.pictures[sample.name, "metadata"], caption)

    @property
    def _colon(self) -> str:
        return self.say((": ", "："))

    def _basis(self, statement: Statement) -> str:
        """Name the checks of each sample; those that passed the same ones together."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for item in statement.basis:
            groups.setdefault(item.checks, []).append(item.sample)
        told = "; ".join(
            f"{', '.join(samples)} ({', '.join(checks)})" for checks, samples in groups.items()
        )
        return self.say((f"Checked on: {told}", f"核验依据：{told}"))

    def _seen(self, sample: Sample) -> str:
        found = [
            f"“{seen.text}” {self.say(wording.PLACES.get(seen.place, (seen.place, seen.place)))}"
            for seen in sample.report.sightings
        ]
        return "; ".join(found)

    def report(self) -> Iterator[Block]:
        """Yield the report of the verification."""
        say = self.say
        yield Heading(say(("Verification report", "标识核验报告")), 1)
        yield self._dated()
        head = (
            say(("Sample", "样本")),
            say(("Format", "格式")),
            say(("Implicit label", "隐式标识")),
            say(("Explicit label", "显式标识")),
        )
        body = [
            (
                f"{sample.name}\nSHA-256 {sample.sha256}",
                sample.report.format or "",
                say(wording.VERDICTS[sample.report.implicit.value]),
                say(wording.VERDICTS[sample.report.explicit.value]),
            )
            for sample in self.facts.samples
        ]
        yield Table(rows(head, body), (55, 11, 17, 17))
        columns = (say(("Rule", "规则")), say(("Clause", "条款")), say(("Result", "结果")))
        for sample in self.facts.samples:
            yield Heading(sample.name, 3)
            checks = [
                check
                for check in sample.report.checks
                if check.outcome is not Outcome.NOT_APPLICABLE
            ]
            results = [
                (
                    check.rule,
                    RULES[check.rule].clause,
                    say(_OUTCOMES[check.outcome])
                    + self._colon
                    + render(check.message.text, check.message.params, self.language),
                )
                for check in checks[:_SHOWN_RULES]
            ]
            yield Table(rows(columns, results), (12, 30, 58))
            if len(checks) > _SHOWN_RULES:
                yield Paragraph(say(wording.left_out(len(checks) - _SHOWN_RULES)), small=True)

    def agreement(self) -> Iterator[Block]:
        """Yield clauses for the service agreement, to be adapted."""
        say = self.say
        place = resources.files("ailabel") / "assets" / "evidence" / f"agreement.{self.language}.md"
        filled = place.read_text(encoding="utf-8").format(
            app=self.declaration.app["name"],
            provider=self.declaration.provider["name"],
            media=say((", ", "、")).join(
                say(wording.MEDIA[facts.service.medium]) for facts in self.facts.services
            ),
            styles="\n".join(
                f"• {say(wording.MEDIA[facts.service.medium])}{self._colon}{say(facts.style)}"
                for facts in self.facts.services
            ),
        )
        for part in filled.strip().split("\n\n"):
            if part.startswith("#"):
                level = len(part) - len(part.lstrip("#"))
                yield Heading(part.lstrip("# "), level)
            else:
                yield from map(Paragraph, part.splitlines())

    def _particulars(self) -> tuple[tuple[str, str], list[tuple[str, str]]]:
        declaration, say = self.declaration, self.say
        told = [
            (say(("App", "应用名称")), declaration.app["name"]),
            (say(("Version", "版本")), declaration.app["version"]),
            (say(("Package", "包名")), declaration.app["package"]),
            (say(("Website", "网址")), declaration.app["url"]),
            (say(("Provider", "服务提供者")), declaration.provider["name"]),
            (say(("Provider code", "服务提供者编码")), declaration.provider["code"]),
            (say(("Contact", "联系方式")), declaration.provider["contact"]),
            (
                say(("Service agreement", "服务协议")),
                " ".join(filter(None, declaration.agreement.values())),
            ),
        ]
        head = (say(("Particular", "事项")), say(("Declared by the provider", "服务提供者声明")))
        return head, [row for row in told if row[1]]

    def _dated(self) -> Paragraph:
        day = self.made.date().isoformat()
        app = f"{self.declaration.app['name']} {self.declaration.app['version']}"
        return Paragraph(f"{app} · {self.declaration.provider['name']} · {day}", small=True)


_OUTCOMES: Final[Mapping[Outcome, Words]] = {
    Outcome.PASS: ("pass", "通过"),
    Outcome.FAIL: ("fail", "不通过"),
    Outcome.REVIEW: ("to be judged by a person", "需人工判断"),
    Outcome.INCONCLUSIVE: ("could not be checked", "无法核验"),
    Outcome.NOT_APPLICABLE: ("not applicable", "不适用"),
}
