"""Writes checkpoints of each family: the real architectures and tokenizers, a few KB of weights."""

import io
import json
import random
from pathlib import Path

import sentencepiece
import torch
from tokenizers import Tokenizer, models, processors
from transformers import (
    EsmConfig,
    EsmForMaskedLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
)

RESIDUES = "ACDEFGHIKLMNPQRSTVWXY"
ESM = (
    "<cls> <pad> <eos> <unk> L A G V S E R T I D P K Q N F Y M H W C X B U Z O . - <null_1> <mask>"
)


def esm(folder: Path, **changes) -> None:
    torch.manual_seed(1)
    letters = ESM.split()
    shape = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = EsmConfig(
        vocab_size=len(letters),
        pad_token_id=1,
        mask_token_id=len(letters) - 1,
        intermediate_size=128,
        token_dropout=True,
        initializer_range=0.3,
        **shape | {"position_embedding_type": "rotary"} | changes,
    )
    EsmForMaskedLM(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(letters))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "EsmTokenizer"}')


def prot_t5(folder: Path) -> None:
    _t5(folder, 128)
    (folder / "spiece.model").write_bytes(word_start_pieces())
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "T5Tokenizer"}')


def prost_t5(folder: Path) -> None:
    prot_t5(folder)
    tokenizer = T5Tokenizer.from_pretrained(folder, extra_ids=0)
    tokenizer.add_tokens(["<AA2fold>", "<fold2AA>"])
    tokenizer.save_pretrained(folder)
    assert len(tokenizer) <= 128


def ankh(folder: Path) -> None:
    _t5(folder, 32)
    pieces = [(token, 0.0) for token in ("<pad>", "</s>", "<unk>")]
    tokenizer = Tokenizer(models.Unigram([*pieces, *((it, -3.0) for it in RESIDUES)], unk_id=2))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    special = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)


def esmc(folder: Path) -> None:
    """Code of its own in the folder, as Synthyra's checkpoints have."""
    code = Path(__file__).with_name("modeling_esmc_like.py").read_text()
    folder.mkdir()
    (folder / "modeling_esmc_like.py").write_text(code)
    names = {"__name__": "modeling_esmc_like"}
    exec(code, names)
    torch.manual_seed(3)
    names["EsmcLikeForMaskedLM"](names["EsmcLikeConfig"]()).save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {
        "AutoConfig": "modeling_esmc_like.EsmcLikeConfig",
        "AutoModelForMaskedLM": "modeling_esmc_like.EsmcLikeForMaskedLM",
    }
    (folder / "config.json").write_text(json.dumps(config))


def _t5(folder: Path, vocabulary: int) -> None:
    torch.manual_seed(2)
    config = T5Config(
        vocab_size=vocabulary,
        d_model=64,
        d_kv=16,
        d_ff=128,
        num_layers=2,
        num_heads=4,
        feed_forward_proj="gated-gelu",
    )
    T5EncoderModel(config).save_pretrained(folder)


def word_start_pieces() -> bytes:
    written, letters = io.BytesIO(), random.Random(0)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(" ".join(letters.choices(RESIDUES, k=60)) for _ in range(200)),
        model_writer=written,
        vocab_size=3 + 1 + 2 * len(RESIDUES),
        hard_vocab_limit=False,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    return written.getvalue()


#: Named as the embedders are.
BUILDERS = {
    "esm2_8m": esm,
    "prot_t5": prot_t5,
    "prost_t5": prost_t5,
    "ankh_base": ankh,
    "esmc_300m": esmc,
}
