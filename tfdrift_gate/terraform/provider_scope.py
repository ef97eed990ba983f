"""Which provider block stands behind a provider's name in a module, as far as ``ignore_tags`` goes.

A module inherits its caller's default providers; those with an alias must be handed in (``providers``), and a block of
the module's own comes first: https://developer.hashicorp.com/terraform/language/modules/develop/providers
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tfdrift_gate.terraform.block import Block
from tfdrift_gate.terraform.ignored_tags import NO_TAGS, IgnoredTags

Scope = Mapping[str, IgnoredTags]
"""By a provider's name in a module, ``aws`` or ``aws.west``; what is not in it ignores nothing."""


def scope_of(handed: Scope, blocks: Iterable[Block]) -> Scope:
    """Lay a module's own provider blocks over what it is handed. An empty block only declares what is handed in."""
    own = {name_of(block): block.ignored_tags or NO_TAGS for block in blocks if block.is_configured}
    return {**handed, **own}


def handed_to(call: Block, scope: Scope) -> Scope:
    """Give what a module call hands on of its caller's ``scope``; nothing where it is not known what that is."""
    if call.providers is None:
        return {}
    inherited = {name: tags for name, tags in scope.items() if "." not in name}
    return inherited | {name: scope.get(callers, NO_TAGS) for name, callers in call.providers}


def name_of(provider: Block) -> str:
    """Name a provider block as references to it do."""
    return ".".join(part for part in (*provider.labels, provider.alias) if part)


def provider_of(resource: Block) -> str:
    """Name the provider of a resource: the one it names, else the default one of its type's first word."""
    return resource.provider or resource.labels[0].partition("_")[0]
