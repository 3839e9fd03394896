"""The same raw requests to the sandbox's Nextcloud and, where DEGOOG_TEST_NEXTCLOUD names one, to a real one.

What passes here on both is what the stand-in may be believed. A run removes the accounts it made.
"""
