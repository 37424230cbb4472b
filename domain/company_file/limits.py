"""How much of anything a company file may hold: far above what a company of a few thousand people needs."""

from typing import Final

CODE_MAX: Final = 64
NAME_MAX: Final = 120
TEXT_MAX: Final = 2_000  # guidance, contact: short notes, not manuals
ELEMENTS_MAX: Final = 100_000  # of one key
ALIASES_MAX: Final = 200
STAGES_MAX: Final = 500
UNITS_MAX: Final = 50  # of one material
PLAN_LINES_MAX: Final = 20_000  # of one template
NODES_MAX: Final = 50
SERIALS_MAX: Final = 10_000  # of one opening line
PEOPLE_MAX: Final = 200  # named in one list: copied, responsible, roles of one person

FAULTS_MAX: Final = 10_000
SUGGESTIONS_MAX: Final = 500  # comparing names costs far more than refusing them
SOUNDS_MAX: Final = 5_000  # among more names than this, only the spelling is compared
SHOWN_MAX: Final = 40  # characters of a faulty value that are repeated to the person
