"""Batches by a budget of tokens, and less at once when memory runs out."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from steps.embed.models.local.batches import padded, plan
from steps.embed.models.local.devices import budget, bytes_per_token
from steps.embed.models.local.runner import Runner
from steps.errors import StepError

pytestmark = pytest.mark.local


class Small:
    """A network on a device that has room for a few tokens; vectors are the lengths."""

    device = torch.device("cpu")

    def __init__(self, room):
        self.room, self.sizes = room, []

    def pooled(self, sequences):
        size = padded([len(sequence) for sequence in sequences])
        if size > self.room:
            raise torch.OutOfMemoryError("injected")
        self.sizes.append(size)
        return torch.tensor([[float(len(sequence))] for sequence in sequences])


def batches(sequences, budget):
    order = plan([len(sequence) for sequence in sequences], budget)
    return [(batch, [sequences[at] for at in batch]) for batch in order]


@given(st.lists(st.integers(1, 50), max_size=40), st.integers(1, 200))
def test_each_sequence_is_in_one_batch_and_batches_keep_the_budget(lengths, budget):
    found = plan(lengths, budget)
    assert sorted(at for batch in found for at in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) == 1 or padded([lengths[at] for at in batch]) <= budget


def test_the_longest_come_first_and_equals_in_order():
    assert plan([3, 9, 3, 9], 22) == [[1, 3], [0, 2]]


def test_without_room_the_budget_is_halved_and_stays_so():
    sequences = ["A" * length for length in (30, 30, 30, 30, 20, 20, 20)]
    network = Small(room=70)
    runner = Runner(network, budget=128)
    found = dict(
        (at, vector[0])
        for positions, vectors in runner.run(batches(sequences, 128))
        for at, vector in zip(positions, vectors, strict=True)
    )
    assert found == {at: len(sequence) for at, sequence in enumerate(sequences)}
    assert runner.budget == 64 and max(network.sizes) <= 64


def test_a_sequence_without_room_alone_is_named_with_the_remedy():
    with pytest.raises(StepError, match=r"90 residues .* max_length .* biocentral") as caught:
        list(Runner(Small(room=70), 4096).run(batches(["A" * 90, "A" * 10], 4096)))
    assert caught.value.code == "OUT_OF_MEMORY"


def test_the_budget_of_a_gpu_follows_its_memory(monkeypatch):
    def memory(gigabytes):
        device = type("Properties", (), {"total_memory": gigabytes * 10**9})
        monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: device)
        config = {"d_model": 1024, "d_ff": 16384, "num_heads": 32, "d_kv": 128}
        return budget(type("Checkpoint", (), {"config": config}), ["cuda:0"])

    assert memory(1) == 1024 < memory(16) < memory(80) == 32768


def test_a_token_costs_more_in_a_wider_model():
    assert bytes_per_token({"hidden_size": 320, "intermediate_size": 1280}) < bytes_per_token(
        {"hidden_size": 960}
    )
