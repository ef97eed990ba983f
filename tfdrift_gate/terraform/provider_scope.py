"""Which provider block stands behind a provider's name in a module, as far as ``ignore_tags`` goes.

What a module is handed (``providers``) comes first, then its own blocks, then its caller's default providers; none with
an alias is inherited: https://developer.hashicorp.com/terraform/language/modules/develop/providers
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tfdrift_gate.terraform.block import Block
from tfdrift_gate.terraform.ignored_tags import NO_TAGS, IgnoredTags

Scope = Mapping[str, IgnoredTags]
"""By a provider's name in a module, ``aws`` or ``aws.west``; what is not in it ignores nothing."""


@dataclass(frozen=True)
class Passed:
    """What a module has from its caller."""

    inherited: Scope
    handed: Scope


NOTHING = Passed({}, {})


def scope_of(passed: Passed, blocks: Iterable[Block], has_unknown_blocks: bool) -> Scope:
    """Put together what a module's own provider blocks and its caller give.

    NOTE: an empty block without a provider handed to it is a provider of its own, which inherits nothing. Of unknown
    blocks each might be such a one, so that nothing is inherited.
    """
    own = {name_of(block): block.ignored_tags or NO_TAGS for block in blocks}
    inherited = {} if has_unknown_blocks else passed.inherited
    return {**inherited, **own, **passed.handed}


def passed_by(call: Block, scope: Scope) -> Passed:
    """Give what a module call passes on of its caller's ``scope``; nothing where it is not known what that is.

    A default provider that the call does not name is inherited even where it names others.
    """
    if call.providers is None:
        return NOTHING
    inherited = {name: tags for name, tags in scope.items() if "." not in name}
    return Passed(inherited, {name: scope.get(callers, NO_TAGS) for name, callers in call.providers})


def name_of(provider: Block) -> str:
    """Name a provider block as references to it do."""
    return ".".join(part for part in (*provider.labels, provider.alias) if part)


def provider_of(resource: Block) -> str:
    """Name the provider of a resource: the one it names, else the default one of its type's first word."""
    return resource.provider or resource.labels[0].partition("_")[0]
