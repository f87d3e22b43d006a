"""Where ``digitlens`` begins: a signal is answered by one sentence, also while the library is being loaded."""

import sys

from command.signals import end_with_a_sentence


def main() -> int:
    """Run the command and return its exit status."""
    end_with_a_sentence()
    from command import cli  # imported here: it takes half a second, in which a person may change their mind

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
