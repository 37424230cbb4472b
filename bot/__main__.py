"""python -m bot COMMAND"""

import sys

from bot.commands.line import main

sys.exit(main(sys.argv[1:]))
