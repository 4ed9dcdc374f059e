"""What a clip is said to show, in many words.

The archives come with one or two sentences a clip. A model that sees only those understands only those, so each clip is
given an *action* and a *style*, and sentences are put together from the lists below: other subjects, verbs, manners and
sentence forms. Verbs carry a `*` in front and are inflected ("*walk forward" → "walks forward", "walking forward").
"""

import random
import re

SUBJECTS = [
    "a person", "a person", "a person", "someone", "someone", "a man", "a woman", "the person", "somebody", "the character",
    "a human", "he", "she", "the man", "the figure", "a guy", "a girl", "they",
]  # fmt: skip

# Phrases per action. The first ones are the most usual.
ACTIONS = {
    "walk": [
        "*walk", "*walk forward", "*walk straight ahead", "*stroll", "*stroll forward", "*go for a walk", "*wander along", "*walk at a normal pace",
        "*move forward on foot", "*take a walk", "*pace ahead", "*walk along", "*amble", "*step forward", "*go forward", "*stroll along",
    ],
    "walk-slow": ["*walk slowly", "*walk forward at a slow pace", "*stroll slowly", "*take slow steps", "*wander slowly", "*amble slowly along"],
    "walk-fast": ["*walk briskly", "*walk fast", "*walk quickly", "*stride quickly", "*hurry along on foot", "*walk in a hurry", "power *walk"],
    "walk-long": ["*stride forward", "*walk with long steps", "*take very big steps", "*walk with long strides", "*walk with exaggerated long strides"],
    "walk-uneven": ["*walk on uneven ground", "*walk carefully over rough terrain", "*pick a way over rocks", "*hike over bumpy ground"],
    "walk-stop": ["*walk forward and *stop", "*walk slowly and *stop", "*walk and *come to a stop", "*take a few steps and *halt"],
    "walk-around": ["*walk around", "*walk", "*walk here and there", "*wander around", "*roam around", "*pace around"],
    "walk-and-back": ["*walk forward, *turn around and *walk back", "*walk, *make a u-turn and *return", "*turn around and *walk back"],
    "walk-eight": ["*walk in a figure eight", "*walk a path with many turns", "*walk in circles", "*walk along a curved path"],
    "walk-directions": ["*walk forward, backward and sideways", "*walk around in different directions"],
    "walk-zombie": ["*walk like a zombie", "*stagger like a zombie", "*shuffle along like the undead", "*lurch forward like a zombie"],
    "walk-back": [
        "*walk backward", "*walk backwards", "*step backward", "*back up", "*move backwards", "*step back several times", "*walk in reverse",
        "*retreat", "*back away", "*go backwards",
    ],
    "walk-left": ["*walk to the left", "side *step to the left", "*move left", "*step sideways to the left", "*walk sideways to the left", "*shuffle left", "*go left sideways"],
    "walk-right": ["*walk to the right", "side *step to the right", "*move right", "*step sideways to the right", "*walk sideways to the right", "*shuffle right", "*go right sideways"],
    "walk-turn-left": [
        "*walk and *turn left", "*walk forward and *turn left", "*turn left while walking", "*walk and *make a left turn", "*turn to the left", "*take a left turn",
        "*turn left", "*walk and *turn to the left", "*make a 90 degree turn to the left", "*walk around a corner to the left", "*rotate left",
    ],
    "walk-turn-right": [
        "*walk and *turn right", "*walk forward and *turn right", "*turn right while walking", "*walk and *make a right turn", "*turn to the right", "*take a right turn",
        "*turn right", "*walk and *turn to the right", "*make a 90 degree turn to the right", "*walk around a corner to the right", "*rotate right",
    ],
    "walk-veer-left": ["*walk and *veer left", "*walk forward curving to the left", "*walk in a curve to the left", "*bear left while walking"],
    "walk-veer-right": ["*walk and *veer right", "*walk forward curving to the right", "*walk in a curve to the right", "*bear right while walking"],
    "run": [
        "*run", "*run forward", "*run straight ahead", "*run fast", "*sprint", "*race forward", "*run ahead", "*go for a run", "*sprint forward", "*rush forward",
    ],
    "jog": ["*jog", "*jog forward", "*run at an easy pace", "*go jogging", "*jog ahead", "*run", "*run slowly", "*trot forward", "*run forward"],
    "dash": ["*dash forward", "*dash", "*sprint", "*sprint forward", "*run very fast", "*rush ahead", "*bolt forward", "*race ahead at full speed", "*break into a sprint"],
    "jog-place": ["*jog in place", "*jog on the spot", "*run in place", "*run on the spot"],
    "run-stop": ["*run and *stop suddenly", "*run and *stop quickly", "*jog forward and *halt", "*run and *come to a quick stop"],
    "run-left": ["*run and *turn left", "*jog and *turn left", "*run to the left", "*run and *veer left", "*make a left turn while running", "*run curving to the left"],
    "run-right": ["*run and *turn right", "*jog and *turn right", "*run to the right", "*run and *veer right", "*make a right turn while running", "*run curving to the right"],
    "run-jump": ["*run and *leap", "*run and *make a big jump", "*run and *jump over an obstacle", "*run and *leap over something", "*take a running jump"],
    "walk-run": ["*walk and then *start running", "*speed up from a walk to a run", "*walk, then *run"],
    "jump": ["*jump", "*jump up", "*jump up and *land", "*leap up", "*hop", "*hop up", "*leap into the air", "*bounce up", "*do a jump", "*jump in place", "*spring up"],
    "jump-high": ["*make a high jump", "*jump up high", "*leap high into the air", "*jump as high as possible", "*jump", "*leap up"],
    "jump-forward": [
        "*jump forward", "*make a standing jump forward", "*leap forward", "*bend the knees, *swing the arms and *leap forward", "*do a long jump", "*hop forward", "*jump ahead",
    ],
    "hop": ["*jump up and down and *hop on one foot", "*jump in place, then *hop on one leg", "*hop around", "*hop up and down"],
    "bow": ["*bow", "*take a bow", "*bow politely", "*bend forward to bow", "*make a bow", "*greet with a bow", "*bow down", "*lower the head in a bow", "*bow respectfully"],
    "bye": [
        "*wave goodbye", "*wave", "*wave a hand", "*say goodbye with a wave", "*wave hello", "*greet by waving", "*wave at someone", "*wave farewell", "*give a wave", "*wave one hand",
    ],
    "call": ["*call someone over with a gesture", "*beckon", "*gesture to come closer", "*beckon someone over", "*wave someone over"],
    "guide": ["*gesture to show the way", "*show the way", "*point the way with a hand", "*usher someone along", "*invite someone to come in with a gesture", "*give directions"],
    "respond": ["*respond with a gesture", "*answer with a gesture", "*react with a gesture"],
    "wave-left": ["*wave the left hand", "*wave with the left hand", "*wave the left arm", "*wave", "*greet by waving the left hand", "*wave hello with the left hand", "*raise the left hand and *wave", "*wave a hand"],
    "wave-right": ["*wave the right hand", "*wave with the right hand", "*wave the right arm", "*wave", "*greet by waving the right hand", "*wave hello with the right hand", "*raise the right hand and *wave", "*wave a hand"],
    "wave-both": ["*wave both hands", "*wave with both hands", "*wave both arms", "*wave with both arms overhead", "*wave the arms to get attention", "*wave the two hands", "*raise both hands and *wave"],
    "raise-left": ["*raise the left hand", "*raise the left arm", "*lift the left hand", "*put the left hand up", "*raise a hand", "*hold up the left hand", "*lift the left arm up", "*reach up with the left hand"],
    "raise-right": ["*raise the right hand", "*raise the right arm", "*lift the right hand", "*put the right hand up", "*raise a hand", "*hold up the right hand", "*lift the right arm up", "*reach up with the right hand"],
    "raise-both": ["*raise both hands", "*raise both arms", "*lift both hands", "*put both hands up", "*put the hands up", "*raise the arms overhead", "*lift the arms", "*hold up both hands", "*throw both hands in the air"],
    "kick": ["*kick", "*kick forward", "*throw a kick", "*do a kick", "*kick with one leg", "*deliver a kick", "*kick the air"],
    "kick-ball": ["*kick a soccer ball", "*take a few steps and *kick a ball", "*kick a ball", "*kick a football", "*shoot a ball with the foot", "*kick"],
    "kick-karate": ["*do roundhouse kicks", "*practice karate kicks", "*do side kicks", "*kick", "*kick high", "*perform martial arts kicks", "*kick repeatedly"],
    "kick-jump": ["*jump and *do a spin kick", "*do a jumping spinning kick", "*do a jump kick", "*jump and *kick"],
    "punch": ["*throw a punch", "*punch", "*hit with a fist", "*punch forward", "*strike with the fist", "*punch the air", "*throw punches"],
    "box": ["*box", "*throw boxing punches and *dodge", "*throw punches", "*punch", "shadow *box", "*fight with the fists", "*practice boxing", "*punch repeatedly"],
    "jab-left": ["*jab with the left hand", "*throw a left punch", "*punch with the left fist", "*punch"],
    "jab-right": ["*jab with the right hand", "*throw a right punch", "*punch with the right fist", "*punch"],
    "karate": ["*do martial arts moves", "*practice karate", "*perform a karate kata", "*do martial arts blocks", "*step forward and *punch in karate", "*practice martial arts"],
    "slash": ["*slash with a sword", "*swing a sword", "*fight with a sword", "*wield a sword", "*cut with a blade"],
    "dance": ["*dance", "*do a dance", "*perform a dance", "*dance around", "*move to the music", "*show some dance moves", "*groove"],
    "salsa": ["*dance salsa", "*dance", "*dance salsa steps", "*dance a latin dance", "*perform a dance", "*dance to music", "*move to latin music"],
    "ballet": ["*dance ballet", "*dance gracefully", "*perform ballet", "*dance", "*perform a ballet dance"],
    "charleston": ["*dance the charleston", "*dance", "*perform a swing dance", "*dance to swing music"],
    "indian": ["*perform an Indian dance", "*dance a traditional Indian dance with hand gestures", "*dance", "*dance in the Indian style"],
    "lambada": ["*dance the lambada", "*dance with swinging hips", "*dance", "*swing the hips in a dance"],
    "stand": [
        "*stand still", "*stand", "*stand idle", "*stand in place", "*wait", "*stand quietly", "*remain still", "*do nothing", "*stand and *wait", "*stay in place",
        "*stand without moving", "*keep standing", "*idle", "*stay still",
    ],
    "crouch": ["*crouch", "*crouch down", "*squat down", "*get down low", "*duck down", "*bend the knees and *crouch", "*lower into a crouch", "*squat", "*duck"],
    "crouch-up": ["*crouch down and *stand up", "*squat down and *get up", "*duck down and *come back up", "*do a squat", "*squat"],
    "squat": ["*do squats", "*squat up and down", "*do knee bends", "*exercise with squats", "*squat repeatedly"],
    "sit": ["*sit down", "*sit down on a stool", "*take a seat", "*sit", "*lower onto a chair", "*sit on a chair"],
    "seated": ["*sit", "*sit on a stool", "*remain seated", "*sit still", "*rest on a chair"],
    "stand-up": ["*stand up", "*get up from a seat", "*rise from a chair", "*stand up from a stool", "*get up"],
    "get-up": ["*get up from the ground", "*stand up from the floor", "*get up from lying down", "*rise from the floor", "*get up off the ground"],
    "jacks": ["*do jumping jacks", "*do star jumps", "*exercise with jumping jacks", "*perform jumping jacks"],
    "twist": ["*twist the torso from side to side", "*do standing torso twists", "*turn the upper body left and right", "*twist the upper body"],
    "arm-circles": ["*make circles with the arms", "*rotate the arms in circles", "*swing the arms in circles", "*circle the arms"],
    "knee-raises": ["*raise the knees", "*do knee raises in place", "*march in place with high knees", "*lift the knees", "*march in place"],
    "toe-touch": ["*touch the toes", "*bend over and *touch the toes", "*do toe touches", "*stretch down to the toes", "*bend down to the feet"],
    "cartwheel": ["*do a cartwheel", "*perform a cartwheel", "*do cartwheels"],
    "backflip": ["*do a backflip", "*jump and *flip backward", "*perform a back somersault"],
    "pick-up": ["*bend over and *pick something up", "*bend down to pick something up and *stand up again", "*pick up an object", "*scoop something up from the floor"],
    "drink": ["*drink", "*drink from a bottle", "*take a sip", "*lift a bottle and *drink"],
    "throw": ["*throw a ball", "*throw an object", "*throw something", "*toss a ball", "*pitch a ball"],
    "laugh": ["*laugh heartily", "*laugh and *bend over", "*laugh", "*burst out laughing"],
    "window": ["*wash a window", "*wipe a window with one hand", "*clean a window", "*scrub a wall"],
    "mop": ["*mop the floor", "*push a mop back and forth", "*clean the floor", "*sweep the floor"],
    "traffic": ["*direct traffic, waving and pointing", "*gesture with the arms as if directing traffic", "*direct traffic", "*gesture with both arms", "*point and *wave"],
    "victory": ["*celebrate a victory", "*jump and *cheer", "*cheer", "*celebrate", "*rejoice with raised arms"],
    "nod": ["*nod", "*nod the head", "*nod in agreement"],
    "crawl": ["*crawl forward", "*crawl on the ground", "*crawl on hands and knees", "*crawl"],
    "push-up": ["*do push ups", "*do push-ups", "*exercise with push-ups"],
    "balance": ["*balance on one leg with outstretched arms", "*stand on one foot holding the arms out", "*balance on one leg", "*stand on one leg"],
    "fall": ["*fall to the ground", "*fall down", "*slip and *fall", "*tumble to the floor", "*collapse"],
}  # fmt: skip

# Manners of a style: behind the phrase, and as a subject of its own.
STYLES = {
    "normal": ([""], []),
    "active": (["energetically", "with lots of energy", "in a lively way", "actively", "vigorously"], ["an energetic person", "a lively person"]),
    "elderly": (
        ["like an elderly person", "like an old man", "like an old woman", "like an old person", "as an old person would", "like a grandfather", "like a senior", "in an old and frail way"],
        ["an old man", "an old woman", "an elderly person", "an old person", "a grandmother", "an elderly man"],
    ),
    "exhausted": (["as if exhausted", "tiredly", "wearily", "exhausted", "in an exhausted way", "as if very tired"], ["an exhausted person", "a tired person", "a weary man"]),
    "feminine": (["in a feminine way", "like a woman", "in a ladylike way", "femininely"], ["a feminine person", "a lady", "a woman"]),
    "masculine": (["in a masculine way", "like a tough man", "in a manly way"], ["a masculine person", "a tough man", "a strong man"]),
    "youthful": (["in a youthful way", "like a young person", "like a teenager", "youthfully"], ["a young person", "a teenager", "a youth"]),
    "angry": (["angrily", "furiously", "in anger", "in an angry way", "in a rage", "as if mad"], ["an angry person", "a furious man", "an angry man"]),
    "childish": (["like a child", "childishly", "like a little kid", "in a childlike way", "playfully"], ["a child", "a kid", "a little boy"]),
    "chimpira": (["like a thug", "like a gangster", "with a swagger", "like a hoodlum", "in a tough swaggering way"], ["a thug", "a gangster"]),
    "giant": (["like a giant", "like a huge monster", "heavily like a giant", "with heavy steps"], ["a giant", "a huge person"]),
    "happy": (["happily", "cheerfully", "joyfully", "in a happy way", "in a good mood", "merrily"], ["a happy person", "a cheerful person", "a happy man"]),
    "musical": (["rhythmically", "to the beat", "as if to music", "in a musical way"], ["a person listening to music"]),
    "not-confident": (["without confidence", "timidly", "shyly", "nervously", "in an insecure way"], ["a shy person", "a timid person", "an insecure person"]),
    "proud": (["proudly", "with pride", "confidently", "in a proud way"], ["a proud person", "a confident person"]),
    "sad": (["sadly", "in a sad way", "gloomily", "dejectedly", "as if depressed"], ["a sad person", "a depressed person"]),
}  # fmt: skip
STYLES["old"] = STYLES["elderly"]
STYLES["tired"] = STYLES["exhausted"]
STYLES["masculinity"] = STYLES["masculine"]

# Actions that are walked or run: they take "a happy walk" and the like.
NOUNS = {"walk": ["walk", "stroll"], "run": ["run"], "jog": ["jog", "run"], "dash": ["sprint"], "dance": ["dance"], "bow": ["bow"], "jump": ["jump"]}
ADJECTIVES = {
    "active": "energetic", "elderly": "elderly", "old": "old", "exhausted": "exhausted", "tired": "tired", "feminine": "feminine",
    "masculine": "masculine", "youthful": "youthful", "angry": "angry", "childish": "childish", "happy": "happy", "musical": "rhythmic",
    "not-confident": "shy", "proud": "proud", "sad": "sad",
}  # fmt: skip

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
DOUBLED = {"jog", "run", "stop", "hop", "step", "hit", "sit", "get", "put", "trot", "nod", "mop", "jab", "cut", "slip", "spin", "squat", "flip", "scrub"}


class Segment:
    """What a stretch of motion shows: an action, a style, the archive's sentences, and whether it has a beginning and an end."""

    def __init__(self, action, style="normal", sentences=(), phrases=None, cyclic=None):
        self.action, self.style, self.sentences = action, style, tuple(sentences)
        self.phrases = phrases or ACTIONS.get(action)
        if cyclic is None:
            cyclic = action in CYCLIC if self.phrases else bool(re.search(CYCLIC_WORDS, action))
        self.cyclic = cyclic

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
        return cls(f"{first.action}>{second.action}", first.style, phrases=phrases)

    @property
    def key(self):
        return self.action, self.style, self.sentences

    def captions(self, count, rng):
        """About `count` different sentences, the archive's own first."""
        found = dict.fromkeys(self.sentences)
        for _ in range(count * 4):
            if len(found) >= count:
                break
            found[self._sentence(rng)] = None
        return list(found)

    def _sentence(self, rng):
        if self.sentences and (not self.phrases or self.action == "ballet" and rng.random() < 0.5):
            return _reworded(rng.choice(self.sentences), rng)
        return compose(self.phrases, self.style, rng, NOUNS.get(self.action))


def compose(phrases, style, rng, nouns=None):
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


def swap_sides(text):
    """The sentence of the mirrored motion."""
    return re.sub(r"\b(left|right)\b", lambda match: {"left": "right", "right": "left"}[match[1]], text)


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
