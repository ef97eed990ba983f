"""The oracle: does the gate report what Terraform's own refresh finds? That is the question, and this asks it.

Seeded sequences of calls change an applied world by hand, many cells of it at once; ``terraform plan -refresh-only``
says what drifted, the gate says what it makes of the CloudTrail records of the same calls, and every difference between
the two is shrunk to the few calls that make it. The rooms, in the order of the work:

``call``       one call by hand, as data
``menu``       the calls that a cell has to offer, and those left out, each with its reason
``sequence``   seeded sequences of them
``world``      the applied root module on a local AWS, put back before each round
``delivery``   the records of a round in one of the shapes a reader meets
``refresh``    what Terraform found: ``(address, attribute)`` pairs
``verdict``    what the gate found: the same kind of pairs
``left_out``   what is not compared, each with its reason
``comparison`` where the two disagree
``judging``    one round of all this
``shrink``     the least calls that still make them disagree
``telling``    numbers and disagreements as text

``python -m tests.oracle --sequences 300 --seed N`` is the long run, ``make oracle`` its short name.
"""
