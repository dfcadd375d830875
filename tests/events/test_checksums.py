from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c as one_by_one

from scaling_keras.events.checksums import masked_crc32c

CONTENT = bytes(n * n % 251 for n in range(20_000))


@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.sampled_from([0, 1, 3, 4, 150, 4095, 4096, 4097, 9000])),
        max_size=20,
    )
)
def test_each_piece_has_the_checksum_that_tensorboard_finds(pieces):
    found = masked_crc32c(CONTENT, pieces)
    assert found.tolist() == [one_by_one(CONTENT[s : s + length]) for s, length in pieces]


def test_more_pieces_than_are_looked_up_together_have_theirs_too():
    pieces = [(start, start % 3) for start in range(1000)]
    found = masked_crc32c(CONTENT, pieces)
    assert found.tolist() == [one_by_one(CONTENT[s : s + length]) for s, length in pieces]
