"""Keys go where Kafka's own clients send them, whatever they are: an aggregate has one lane."""

from __future__ import annotations

import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as murmur2_of_aiokafka
from filrouge_chassis.partitioner import murmur2, partition_of
from hypothesis import given
from hypothesis import strategies as st

theirs = DefaultPartitioner()


@pytest.mark.parametrize(
    ("key", "hashed"),
    [  # from the tests of the Java client
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
def test_known_keys_have_the_hashes_of_the_java_client(key: str, hashed: int) -> None:
    assert murmur2(key.encode()) == hashed & 0xFFFFFFFF
    assert partition_of(key, 24) == (hashed & 0x7FFFFFFF) % 24


@given(st.binary(max_size=300))
def test_hashes_are_those_of_the_client_library(key: bytes) -> None:
    assert murmur2(key) == murmur2_of_aiokafka(key) & 0xFFFFFFFF


@given(st.text(max_size=60), st.integers(1, 64))
def test_any_key_goes_to_the_partition_that_the_client_library_chooses(
    key: str, partitions: int
) -> None:
    numbers = list(range(partitions))
    assert partition_of(key, partitions) == theirs(key.encode(), numbers, numbers)
