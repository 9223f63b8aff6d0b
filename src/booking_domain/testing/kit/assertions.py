"""Assertions of contracts that say what was compared."""

import sys
from pkgutil import iter_modules

import pytest


def rewrite_assertions(package: str) -> None:
    """Have pytest rewrite the assertions of the modules of a package; none of them has been imported yet."""
    modules = iter_modules(sys.modules[package].__path__, f"{package}.")
    pytest.register_assert_rewrite(*(module.name for module in modules))
