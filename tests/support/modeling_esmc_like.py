"""A model with code of its own, used as Synthyra's ESM++ is: it brings its tokenizer along."""

from dataclasses import dataclass

import torch
from tokenizers import Tokenizer, models, processors
from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerFast
from transformers.modeling_outputs import MaskedLMOutput

LETTERS = "<cls> <pad> <eos> <unk> L A G V S E R T I D P K Q N F Y M H W C X".split()  # noqa: SIM905


class EsmcLikeConfig(PreTrainedConfig):
    model_type = "ESMplusplus"
    hidden_size = 32


@dataclass
class Output(MaskedLMOutput):
    last_hidden_state: torch.Tensor | None = None


def _tokenizer():
    tokenizer = Tokenizer(models.BPE({it: i for i, it in enumerate(LETTERS)}, []))
    tokenizer.add_special_tokens(LETTERS[:4])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<cls> $A <eos>", special_tokens=[("<cls>", 0), ("<eos>", 2)]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>")


class EsmcLikeForMaskedLM(PreTrainedModel):
    config_class = EsmcLikeConfig

    def __init__(self, config):
        super().__init__(config)
        self.embed = torch.nn.Embedding(len(LETTERS), config.hidden_size)
        self.mix = torch.nn.MultiheadAttention(config.hidden_size, 4, batch_first=True)
        self.tokenizer = _tokenizer()
        self.post_init()

    def forward(self, input_ids, attention_mask, **_):
        hidden = self.embed(input_ids)
        padding = attention_mask == 0
        mixed, _weights = self.mix(hidden, hidden, hidden, key_padding_mask=padding)
        return Output(last_hidden_state=hidden + mixed)
