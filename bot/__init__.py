"""The customer's side: what they say in, what the bot decides, what goes out.

A map, in the order of a message's way:

* **In**: `telegram/` takes updates and writes them down as mail; `heard` is what a turn finds
  there.
* **The loop**: `turn` takes a lane and commits what `deciding` makes of it, with its `facts`.
  Beside it: `room` and `begun` (how many at once), `foresight` (read ahead while the disk writes),
  `glance` (a shared look at the queue), `flood`, `poison`, `parked` and `apology` (what goes
  wrong), `outcomes` (for replays).
* **Read**: `hearing` takes the mail apart, `understanding/` says what the words mean, `slots` and
  `cues` what they give, `questions` whether they ask, `edits` which changed messages are answered
  again; `dialog` makes the `plan`, `wanting` says which facts it needs. `state` is what is
  remembered between turns.
* **Arrange**: `forms` is what is being arranged; `filling` moves it along, with `formwords`,
  `days`, `parts` (of an order) and `pieces` (of evidence) found in the text.
* **Answer**: `answering` decides the turn. `replying` makes the bot's own reply out of
  `answers/`, `finishing` rounds it off; `weighing` says whether a person has to take over, and
  for which of the `reasons`; `handing` and `packing` hand over with a packet, `stages` names how
  far the bot came, `waiting` is a turn in the queue, `card` the message that tells the place.
* **Speak**: `talk` is the reply while it is made, `voice` the phrases, `tone` their order,
  `manners` the guard before it leaves, `rewording` what the llm extra may do.
* **Left for others**: `gaps` and `uses` tell the editors what was not known and what helped.
* **The process**: `commands`, `run`, `mind` (all that is made from the seeds), `extras`, `pages`,
  `settings`. `shop/` are the adapters to orders and parcels, `sandbox/` is a Bot API stand-in.
"""
