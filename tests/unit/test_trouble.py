"""What the system could not do is said in the reader's language."""

import errno
import os

import pytest

from degoog import i18n


@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EACCES, errno.ENOENT, errno.EROFS, errno.ENAMETOOLONG, errno.EIO]
)
def test_a_well_known_trouble_is_told_in_french(number):
    error = OSError(number, os.strerror(number))
    i18n.use("fr")
    french = i18n.trouble(error)
    i18n.use("en")
    assert french not in {os.strerror(number), i18n.trouble(error)}


def test_a_rare_trouble_keeps_the_words_of_the_system():
    assert i18n.trouble(OSError(errno.EADDRINUSE, "Address already in use")) == "Address already in use"
