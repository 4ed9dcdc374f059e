"""What a clip is said to show, in many words.

The archives come with one or two sentences a clip. A model that sees only those understands only those, so each clip is
given an *action* and a *style*, and sentences are put together from the lists of words.py: other subjects, verbs, manners and
sentence forms. Verbs carry a `*` in front and are inflected ("*walk forward" → "walks forward", "walking forward").
"""

import random
import re

from scenes import scenes
from words import ACTIONS, ACTORS, ADJECTIVES, NOUNS, PLACES, STYLES, SUBJECTS, swap_sides

# One sentence of the archives → action, for the CMU and Mesh2Motion clips.
ACTION_BY_CAPTION = {
    "a person walks forward": "walk", "a person walks straight": "walk", "a person is walking": "walk-around", "a person walks slowly": "walk-slow",
    "a person walks briskly": "walk-fast", "a person walks quickly": "walk-fast", "a person strides forward": "walk-long",
    "a person walks with exaggerated long strides": "walk-long", "a person walks slowly with long strides": "walk-long",
    "a person walks on uneven ground": "walk-uneven", "a person walks slowly and stops": "walk-stop", "a person walks in a figure eight": "walk-eight",
    "a person walks forward, turns around and walks back": "walk-and-back", "a person walks forward, backward and sideways": "walk-directions",
    "a person walks like a zombie": "walk-zombie", "a person walks and veers left": "walk-veer-left", "a person walks and veers right": "walk-veer-right",
    "a person walks forward and turns left": "walk-turn-left", "a person walks forward and turns right": "walk-turn-right",
    "a person runs forward": "run", "a person runs": "run", "a person jogs forward": "jog", "a person jogs in place": "jog-place",
    "a person runs and stops suddenly": "run-stop", "a person runs and stops quickly": "run-stop", "a person runs and turns left": "run-left",
    "a person runs and turns right": "run-right", "a person jogs and turns left": "run-left", "a person jogs and turns right": "run-right",
    "a person jogs and veers left": "run-left", "a person jogs and veers right": "run-right", "a person runs and veers left": "run-left",
    "a person runs and veers right": "run-right", "a person runs and leaps": "run-jump", "a person runs and jumps over an obstacle": "run-jump",
    "a person walks and then starts running": "walk-run", "a person jumps": "jump", "a person makes a high jump": "jump-high",
    "a person jumps forward": "jump-forward", "a person jumps up and down and hops on one foot": "hop", "a person bows": "bow",
    "a person kicks a soccer ball": "kick-ball", "a person does roundhouse kicks": "kick-karate", "a person does side kicks": "kick-karate",
    "a person jumps and does a spin kick": "kick-jump", "a person does a jump kick": "kick-jump", "a person throws punches": "box",
    "a person is boxing": "box", "a person jabs with the left hand": "jab-left", "a person jabs with the right hand": "jab-right",
    "a person practices karate low blocks while stepping": "karate", "a person performs a karate kata with blocks and punches": "karate",
    "a person does karate lunge punches": "karate", "a person does karate knife hand blocks": "karate", "a person swings a sword": "slash",
    "a person dances salsa": "salsa", "a person dances the charleston": "charleston", "a person performs an Indian dance": "indian",
    "a person dances the lambada": "lambada", "a person dances with body rolls": "dance", "a person dances reaching up and to the hip": "dance",
    "a person stands and listens": "stand", "a person does squats": "squat", "a person gets up from the ground": "get-up",
    "a person lying face down gets up": "get-up", "a person lying on their side gets up": "get-up", "a person does jumping jacks": "jacks",
    "a person twists their torso from side to side": "twist", "a person makes circles with their arms": "arm-circles", "a person raises their knees": "knee-raises",
    "a person touches their toes with both hands": "toe-touch", "a person touches their toes with one hand at a time": "toe-touch",
    "a person does a cartwheel": "cartwheel", "a person does several cartwheels": "cartwheel", "a person does a backflip": "backflip",
    "a person bends over, scoops something up, rises and lifts an arm": "pick-up", "a person drinks": "drink", "a person throws a ball": "throw",
    "a person laughs heartily": "laugh", "a person washes a window": "window", "a person mops the floor": "mop",
    "a person directs traffic, waving and pointing": "traffic", "a person directs traffic with hand signals and waves": "traffic",
    "a person celebrates a victory": "victory", "a person nods": "nod", "a person crawls forward": "crawl", "a person does push ups": "push-up",
    "a person balances on one leg with outstretched arms": "balance", "a person falls on their face": "fall", "a person walks sadly": "walk-around/sad", "a person does front kicks": "kick-karate",
    "a person performs a karate kata": "karate", "a person drinks from a bottle and screws the cap on": "drink", "a person opens a bottle and drinks": "drink",
    "a person slips as if on a banana peel and falls": "fall",
}  # fmt: skip
BANDAI_ACTIONS = {
    "byebye": "bye", "dance-short": "dance", "raise-up-both-hands": "raise-both", "raise-up-left-hand": "raise-left", "raise-up-right-hand": "raise-right",
    "wave-both-hands": "wave-both", "wave-left-hand": "wave-left", "wave-right-hand": "wave-right",
}  # fmt: skip

# Motions without beginning and end: a window may start anywhere. Everything else starts where its clip starts.
CYCLIC = {
    "walk", "walk-slow", "walk-fast", "walk-long", "walk-uneven", "walk-around", "walk-eight", "walk-zombie", "walk-back", "walk-left", "walk-right",
    "run", "jog", "dash", "jog-place", "box", "karate", "kick-karate", "slash", "dance", "salsa", "ballet", "charleston", "indian", "lambada", "stand", "squat",
    "jacks", "twist", "arm-circles", "knee-raises", "window", "mop", "traffic", "push-up", "crawl", "seated", "balance",
}  # fmt: skip
CYCLIC_WORDS = r"\b(acts like|washes|dribbles|gestures|exercises|dances ballet|workout|signals|levitates|floats|sleeps|meditates)\b"

SYNONYMS = {
    "walks": ["strolls", "goes"], "jumps": ["leaps", "hops"], "runs": ["sprints", "races"], "someone": ["somebody"], "spins": ["turns around", "twirls"],
    "quickly": ["fast", "rapidly"], "forward": ["ahead", "forwards"], "backward": ["backwards"], "several times": ["repeatedly"], "dances": ["performs"],
    "gestures": ["motions", "gesticulates"], "acts": ["moves", "behaves"], "throws": ["tosses"], "lifts": ["raises"], "dancer": ["person"],
}  # fmt: skip
DOUBLED = {
    "jog", "run", "stop", "hop", "step", "hit", "sit", "get", "put", "trot", "nod", "mop", "jab", "cut", "slip", "spin", "squat", "flip", "scrub", "trek", "plod", "plop", "drop", "dip", "spar", "sidestep",
    "skip", "bid", "leg", "pop", "snap", "whip", "bob"}  # fmt: skip


class Segment:
    """What a stretch of motion shows: an action, a style, the archive's sentences, whether it has a beginning and an end, whether
    it comes to an end, and (of one action after another) the second."""

    def __init__(self, action, style="normal", sentences=(), phrases=None, cyclic=None, second=None):
        self.action, self.style, self.sentences, self.second = action, style, tuple(sentences), second
        self.phrases = phrases or ACTIONS.get(action)
        if cyclic is None:
            cyclic = action in CYCLIC if self.phrases else bool(re.search(CYCLIC_WORDS, action))
        self.cyclic = cyclic
        self.ends = not (second or self).cyclic

    @classmethod
    def of(cls, clip, sentences):
        """From the name of a clip and the archive's sentences."""
        if clip.startswith("dataset-"):
            _, action, style, _ = clip.split("_")
            return cls(BANDAI_ACTIONS.get(action, action), style, sentences)
        action = ACTION_BY_CAPTION.get(sentences[0])
        if action is None:
            action = "ballet" if re.search(r"\bballet|dancer\b", " ".join(sentences)) else sentences[0]
        action, _, style = action.partition("/")
        return cls(action, style or "normal", sentences)

    @classmethod
    def together(cls, lower, upper):
        """Two actions at once: the legs of `lower`, the arms of `upper`."""
        pairs = [(a, b) for a in ACTIONS[lower.action][:9] for b in ACTIONS[upper.action][:7]]
        phrases = [f"{a} and {b}" for a, b in pairs]
        phrases += [f"{a} while {inflect(b, gerund)}" for a, b in pairs]
        phrases += [f"{b} while {inflect(a, gerund)}" for a, b in pairs]
        return cls(f"{lower.action}+{upper.action}", lower.style, phrases=phrases)

    @classmethod
    def after(cls, first, second):
        """Two actions, one after the other."""
        pairs = [(a, b) for a in ACTIONS[first.action][:7] for b in ACTIONS[second.action][:7]]
        phrases = [form.format(a, b) for a, b in pairs for form in ("{} and then {}", "{}, then {}", "{} and {}")]
        return cls(f"{first.action}>{second.action}", first.style, phrases=phrases, second=second)

    @property
    def plain(self):
        """The plainest sentence."""
        if not self.phrases:
            return self.sentences[0]
        return f"a person {inflect(self.phrases[0], third_person)} {STYLES[self.style][0][0]}".strip()

    @property
    def key(self):
        return self.action, self.style, self.sentences

    def captions(self, count, rng):
        """About `count` different sentences, more for an action with many phrases; the plain one first, then the archive's own.

        Every scene of the action is among them, as less than half of all.
        """
        whole = scenes(self.action, self.style)
        found = dict.fromkeys([self.plain, *self.sentences, *whole])
        if self.action in ACTIONS:
            count = max(count, 2 * len(ACTIONS[self.action]), int(1.25 * len(whole))) + len(whole)
        for _ in range(count * 4):
            if len(found) >= count:
                break
            found[self._sentence(rng)] = None
        return list(found)

    def _sentence(self, rng):
        if self.sentences and (not self.phrases or self.action == "ballet" and rng.random() < 0.5):
            return _reworded(rng.choice(self.sentences), rng)
        return compose(self.phrases, self.style, rng, NOUNS.get(self.action), ACTORS.get(self.action))


def compose(phrases, style, rng, nouns=None, actors=None):
    """One sentence from phrases with `*verbs` and a style."""
    manners, subjects = STYLES[style]
    phrase = phrases[min(int(rng.expovariate(0.35)), len(phrases) - 1)] if rng.random() < 0.5 else rng.choice(phrases)
    if nouns and style in ADJECTIVES and rng.random() < 0.08:
        adjective = ADJECTIVES[style]
        return f"{'an' if adjective[0] in 'aeiou' else 'a'} {adjective} {rng.choice(nouns)}"
    if nouns and subjects and rng.random() < 0.04:
        return f"{rng.choice(subjects)}'s {rng.choice(nouns)}"
    subject, manner = rng.choice(SUBJECTS), rng.choice(manners)
    if subjects and rng.random() < 0.25:
        subject, manner = rng.choice(subjects), ""
    elif actors and rng.random() < 0.15:
        subject = rng.choice(actors)
    if not manner and rng.random() < 0.12:
        manner = rng.choice(PLACES)
    form = rng.random()
    if form < 0.68 and subject != "they":
        text = f"{subject} {inflect(phrase, third_person)}"
    elif form < 0.86 or subject in subjects:
        text = f"{subject} {'are' if subject == 'they' else 'is'} {inflect(phrase, gerund)}"
    elif form < 0.94:
        text = inflect(phrase, lambda verb: verb)
    else:
        text = inflect(phrase, gerund)
    return f"{text} {manner}".strip()


def inflect(phrase, form):
    return re.sub(r"\*(\w+)", lambda match: form(match[1]), phrase)


def third_person(verb):
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("ch", "sh", "ss", "x", "o")) else "s")


def gerund(verb):
    if verb in DOUBLED:
        return f"{verb}{verb[-1]}ing"
    return (verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb) + "ing"


def _reworded(sentence, rng):
    for word, others in SYNONYMS.items():
        if rng.random() < 0.3:
            sentence = re.sub(rf"\b{word}\b", rng.choice(others), sentence, count=1)
    return re.sub(r"^(a person|someone|somebody|a man|a woman)\b", lambda match: rng.choice([subject for subject in SUBJECTS if subject != "they"]), sentence)


def demonstrate():
    rng = random.Random(0)
    for action, style in [("walk", "happy"), ("walk", "elderly"), ("raise-both", "normal"), ("jump", "normal"), ("walk-turn-left", "exhausted")]:
        print(action, style, *Segment(action, style).captions(12, rng), sep="\n    ")


if __name__ == "__main__":
    demonstrate()
