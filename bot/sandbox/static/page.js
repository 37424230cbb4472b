// The page of the local DingTalk. The server draws; these modules send, put in place and scroll.

import * as attachments from "/sandbox/static/attachments.js";
import * as cards from "/sandbox/static/cards.js";
import * as clock from "/sandbox/static/clock.js";
import * as composer from "/sandbox/static/composer.js";
import * as live from "/sandbox/static/live.js";
import * as mentions from "/sandbox/static/mentions.js";
import * as panels from "/sandbox/static/panels.js";
import * as people from "/sandbox/static/people.js";
import * as practice from "/sandbox/static/practice.js";
import * as timeline from "/sandbox/static/timeline.js";
import * as tools from "/sandbox/static/tools.js";

for (const part of [timeline, cards, tools, mentions, composer, attachments, people, clock, panels, practice]) part.start();
live.watch(timeline.lastNumber);
live.connect(timeline.lastNumber);
