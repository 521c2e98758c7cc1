"""Which products a unified social credit code stands for; only where the holder is sure.

Codes come from the labels of products, or for Baidu from public tables alone. Codes that were seen
without a confirmed holder are left out. A row does not say who is registered under a code: that is
what the public register of organisations is for.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ORGANISATIONS", "products_behind", "products_of"]

ORGANISATIONS: Final = {  # unified social credit code: products
    "91110102MACQD9K640": "Doubao (ByteDance)",
    "9144030008867405X2": "Jimeng / Dreamina (ByteDance)",
    "91110108MA01R70K8D": "Volcengine Seedream, Seedance (ByteDance)",
    "91110108335469089C": "Kling (Kuaishou)",
    "91440300708461136T": "Yuanbao, Hunyuan, WorkBuddy (Tencent)",
    "91330106MA2CFLDG4R": "Tongyi Wan, HappyHorse (Alibaba)",
    "91440101MA9Y9T4H7A": "Qwen (Alibaba)",
    "91330101MA27WPYJ18": "iFlow (Alibaba)",
    "91110108MA01KP2T5U": "Zhipu",
    "91310104MACE0YX639": "StepFun",
    "91110108MACC4D63XF": "Vidu (ShengShu)",
    "91110000802100433B": "Baidu",
    "91110105MACJ6K1C8A": "LiblibAI",
    "91340100MAEB4N8H76": "RunningHub",
    "91440300MA5G49LC9K": "YOYO (Honor)",
}


def products_of(uscc: str) -> str | None:
    """Return the products in whose files a code was seen, or None."""
    return ORGANISATIONS.get(uscc)


def products_behind(provider: str) -> str | None:
    """Return the products behind a provider's whole code, or None; names explain themselves."""
    return ORGANISATIONS.get(provider[4:22]) if provider.startswith("0011") else None
