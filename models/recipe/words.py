"""Who does what, where and how, in many words. Verbs carry a `*` in front (see captions.py)."""

import re


def swap_sides(text):
    """The sentence of the mirrored motion."""
    return re.sub(r"\b(left|right)\b", lambda match: {"left": "right", "right": "left"}[match[1]], text)


SUBJECTS = [
    "a person", "a person", "a person", "someone", "someone", "a man", "a woman", "the person", "somebody", "the character",
    "a human", "he", "he", "she", "she", "the man", "the woman", "the figure", "a guy", "a girl", "a boy", "they", "a young woman", "a young man", "one person", "an actor", "an athlete", "a performer", "a lady",
    "a gentleman", "a tall man", "a worker", "a teacher", "a soldier", "a nurse", "a doctor", "a tourist", "a sportsman", "a character", "an individual", "a fellow", "the girl", "the boy", "a stranger",
]  # fmt: skip

# Phrases per action. The first ones are the most usual.
ACTIONS = {
    "walk": [
        "*walk", "*walk forward", "*walk straight ahead", "*stroll", "*stroll forward", "*go for a walk", "*walk along",
        "*walk at a normal pace", "*move forward on foot", "*take a walk", "*pace ahead", "*step forward", "*go forward", "*stroll along",
        "*saunter", "*saunter along", "*march ahead", "*tread forward", "*hike along", "*travel on foot", "*go on foot", "*advance on foot",
        "*walk down the street", "*stroll through the park", "*walk through a corridor", "*cross the room on foot", "*walk to the door",
        "*walk home", "*walk to school", "*walk toward something", "*approach on foot", "*take several steps forward", "*keep walking",
        "*walk on", "*walk in a straight line", "*go for a stroll", "*walk the dog", "*walk across the room", "*come forward",
        "*move along", "*step along", "*walk calmly", "*walk casually", "*stroll casually", "*stride along", "*trek forward", "*promenade",
        "*walk over there", "*walk across a field", "*go straight on", "*walk away", "*move ahead step by step", "*walk to the shop",
        "*walk in front of the camera", "*head forward", "*ramble along", "*walk on the sidewalk", "*walk along the beach",
        "*go for a little walk",
    ],
    "walk-slow": [
        "*walk slowly", "*walk forward at a slow pace", "*stroll slowly", "*take slow steps", "*walk unhurriedly",
        "*walk at a leisurely pace", "*plod along", "*stroll at leisure", "*creep forward", "*move slowly forward", "*dawdle",
        "*walk very slowly", "*step slowly ahead", "*go slowly on foot", "*tread slowly", "*walk with slow steps", "*trudge along",
    ],
    "walk-fast": [
        "*walk briskly", "*walk fast", "*walk quickly", "*stride quickly", "*hurry along on foot", "*walk in a hurry", "power *walk",
        "*walk rapidly", "*walk at high speed", "*march briskly", "*hasten forward on foot", "*take quick steps", "*walk swiftly",
        "speed *walk", "*walk hurriedly", "*hurry along", "*walk at a brisk pace",
    ],
    "walk-long": ["*stride forward", "*walk with long steps", "*take very big steps", "*walk with long strides", "*walk with exaggerated long strides"],
    "walk-uneven": ["*walk on uneven ground", "*walk carefully over rough terrain", "*pick a way over rocks", "*hike over bumpy ground"],
    "walk-stop": ["*walk forward and *stop", "*walk slowly and *stop", "*walk and *come to a stop", "*take a few steps and *halt"],
    "walk-around": ["*walk around", "*walk", "*walk here and there", "*roam around", "*pace around", "*stroll around", "*walk in all directions"],
    "walk-and-back": ["*walk forward, *turn around and *walk back", "*walk, *make a u-turn and *return", "*turn around and *walk back"],
    "walk-eight": ["*walk in a figure eight", "*walk a track with many turns", "*walk in circles", "*walk along a curved line"],
    "walk-directions": ["*walk forward, backward and sideways", "*walk around in different directions"],
    "walk-zombie": [
        "*walk like a zombie", "*stagger like a zombie", "*shuffle along like the undead", "*lurch forward like a zombie",
        "*walk with stiff outstretched arms", "*stumble ahead like a monster",
    ],
    "walk-back": [
        "*walk backward", "*walk backwards", "*step backward", "*back up", "*move backwards", "*step back several times",
        "*walk in the opposite direction of the gaze", "*retreat", "*go backwards", "*step backwards", "*pace backward", "*back up slowly",
        "*move back", "*step back", "*take steps backward", "*go back without turning around", "*walk rearward", "*move to the rear",
        "*take several steps back", "*keep walking backwards", "*stroll backwards", "*back off",
        "*withdraw backwards", "*travel backward on foot", "*walk back while looking ahead", "*recoil a few steps",
        "*take a few backward steps", "*march backwards",
    ],
    "walk-left": [
        "*walk to the left", "side *step to the left", "*move left", "*step sideways to the left", "*walk sideways to the left",
        "*shuffle left", "*go left sideways", "*sidestep left", "*move sideways to the left", "*step to the left", "*step left",
        "*take side steps to the left", "*shuffle sideways to the left", "*go sideways to the left", "*slide to the left",
        "*step out to the left", "*scoot to the left", "*move over to the left",
    ],
    "walk-turn-left": [
        "*walk and *turn left", "*walk forward and *turn left", "*turn left while walking", "*walk and *make a left turn",
        "*turn to the left", "*take a left turn", "*turn left", "*walk and *turn to the left", "*make a 90 degree turn to the left",
        "*walk around a bend to the left", "*rotate left", "*walk straight and then *turn left", "*walk ahead, then *go left", "*go left",
        "*change direction to the left", "*walk on and *swerve to the left", "*walk and *bend to the left", "*turn off to the left",
        "*follow the road to the left", "*take the next street on the left", "*take the first left", "*make a quarter turn to the left",
        "*walk, *turn left and *walk on", "*turn toward the left", "*turn around to the left", "*pivot left",
        "*pivot to the left while walking", "*change course to the left", "*stroll and *turn to the left", "*step forward and *turn left",
        "*make a sharp left turn", "*take a turn to the left", "*walk along a curve to the left", "*head to the left",
        "*go around to the left", "*walk around an obstacle on the left", "*walk along and *take a left",
        "*turn at the end of the street to the left", "*stride ahead and *turn left",
    ],
    "walk-veer-left": ["*walk and *veer left", "*walk forward curving to the left", "*walk in a curve to the left", "*bear left while walking"],
    "run": [
        "*run", "*run forward", "*run straight ahead", "*run fast", "*sprint", "*race forward", "*run ahead", "*go for a run",
        "*sprint forward", "*rush forward", "*race", "*race along", "*run quickly", "*run along", "*run at full speed",
        "*run down the street", "*run across the field", "*run after somebody", "*run away", "*run to catch a bus", "*chase somebody",
        "*escape", "*hurry ahead at a run", "*run through the park", "*take off running", "*run as fast as possible", "*charge forward",
        "*speed along", "*gallop forward", "*dash ahead", "*zoom ahead", "*run a race", "*run for the bus", "*storm ahead",
        "*race down the track", "*fly down the track", "*run in a straight line", "*run away from danger", "*hurtle forward", "*run hard",
        "*scurry ahead", "*run home",
    ],
    "jog": [
        "*jog", "*jog forward", "*run at an easy pace", "*go jogging", "*jog ahead", "*run", "*run slowly", "*trot forward", "*run forward",
        "*trot", "*trot along", "*jog along", "*jog through the park", "*jog lightly", "*run at a moderate speed", "*run at a steady pace",
        "*go for a jog", "*lope along", "*jog down the street", "*run a marathon",
    ],
    "dash": [
        "*dash forward", "*dash", "*sprint", "*sprint forward", "*run very fast", "*rush ahead", "*race ahead at full speed",
        "*break into a sprint", "*sprint at top speed", "*run at full tilt", "*race forward", "*speed off", "*shoot forward",
        "*run like the wind", "*charge ahead", "*sprint away", "*race off", "*take off at top speed", "*run in a race", "*dart forward",
    ],
    "jog-place": ["*jog in place", "*jog on the spot", "*run in place", "*run on the spot"],
    "run-stop": ["*run and *stop suddenly", "*run and *stop quickly", "*jog forward and *halt", "*run and *come to a quick stop"],
    "run-left": [
        "*run and *turn left", "*jog and *turn left", "*run to the left", "*run and *veer left", "*make a left turn while running",
        "*run curving to the left", "*run forward and *turn to the left", "*sprint and *turn left",
        "*change direction to the left while running", "*run around a bend to the left", "*race to the left", "*run ahead, then *go left",
        "*jog in a curve to the left", "*run in an arc to the left",
    ],
    "run-jump": ["*run and *leap", "*run and *make a big jump", "*run and *jump over an obstacle", "*run and *leap over something", "*take a running jump"],
    "walk-run": ["*walk and then *start running", "*speed up from a walk to a run", "*walk, then *run"],
    "jump": [
        "*jump", "*jump up", "*jump up and *land", "*leap up", "*hop", "*hop up", "*leap into the air", "*bounce up", "*do a jump",
        "*jump in place", "*jump into the air", "*jump once", "*leap", "*leap upward", "*jump vertically", "*jump off the ground",
        "*jump on the spot", "*hop once on both legs", "*hop into the air", "*do a vertical leap", "*take a leap",
        "*jump upwards", "*bound upward", "*launch upward", "*jump with both feet", "*lift off the ground with a jump",
        "*bend the knees and *jump", "*crouch and *leap up", "*jump straight up", "*jump up in the air", "*skip rope", "*make a jump",
    ],
    "jump-high": [
        "*make a high jump", "*jump up high", "*leap high into the air", "*jump as high as possible", "*jump", "*leap up",
        "*jump very high", "*jump high", "*leap high", "*soar upward in a jump", "*do a high leap", "*reach great height with a jump",
        "*jump to the ceiling", "*jump up to reach something", "*jump high to block a ball", "*jump for the basket",
        "*bound high into the air", "*leap up high off the floor",
    ],
    "jump-forward": [
        "*jump forward", "*make a standing jump forward", "*leap forward", "*bend the knees, *swing the arms and *leap forward",
        "*do a long jump", "*hop forward", "*jump ahead", "*jump a long way", "*jump far", "*jump over a gap", "*leap over a ditch",
        "*jump over a small stream", "*bound forward", "*leap ahead", "*jump onto something", "*do a standing long jump", "*jump across",
        "*take a big jump forward", "*jump",
    ],
    "hop": ["*jump up and down and *hop on one foot", "*jump in place, then *hop on one leg", "*hop around", "*hop up and down"],
    "bow": [
        "*bow", "*take a bow", "*bow politely", "*bend forward to bow", "*make a bow", "*greet with a bow", "*bow down",
        "*lower the head in a bow", "*bow respectfully", "*bow deeply", "*bow the head", "*bow formally", "*bend over in a bow",
        "*give a bow", "*perform a bow", "*greet somebody with a bow", "*bow to the crowd", "*bow to show respect", "*bow in gratitude",
        "*apologize with a bow", "*bow after a performance", "*bend the upper body forward in greeting",
        "*tilt the upper body forward politely", "*bow at the end of the show", "*bow to the king", "*greet in the Japanese manner",
        "*bow and *straighten up again", "*lean forward respectfully", "*bend the back in respect", "*bow low", "*bow humbly",
        "*pay respect with a bow", "*lower the upper body in respect", "*salute by bowing", "*bow before the teacher",
    ],
    "bye": [
        "*wave goodbye", "*wave", "*wave a hand", "*say goodbye with a wave", "*wave hello", "*greet by waving", "*wave at someone",
        "*wave farewell", "*give a wave", "*wave one hand", "*say bye", "*say goodbye", "*say hello", "*greet someone", "*wave to somebody",
        "*bid farewell", "*bid goodbye with a hand", "*wave to say goodbye", "*wave the hand from side to side", "*lift a hand in greeting",
        "*wave cheerio", "*see somebody off with a wave", "*wave to people on a ship", "*wave at a departing train",
        "*wave to the neighbors", "*greet with the hand", "*send greetings with a hand", "*shake a hand in the air to say goodbye",
    ],
    "call": ["*call someone over with a gesture", "*beckon", "*gesture to come closer", "*beckon someone over", "*wave someone over"],
    "guide": ["*gesture to show the way", "*show the way", "*point the way with a hand", "*usher someone along", "*invite someone to come in with a gesture", "*give directions"],
    "respond": ["*respond with a gesture", "*answer with a gesture", "*react with a gesture"],
    "wave-left": [
        "*wave the left hand", "*wave with the left hand", "*wave the left arm", "*wave", "*greet by waving the left hand",
        "*wave hello with the left hand", "*raise the left hand and *wave", "*wave a hand", "*wave at somebody with the left hand",
        "*lift the left arm and *wave", "*swing the left hand from side to side in greeting", "*say hello with the left hand",
        "*greet someone with the left hand", "*signal with the left hand", "*wave the left hand in the air",
        "*wave the left hand back and forth", "*wave with one hand", "*wave to the crowd with the left hand",
        "*shake the left hand in the air", "*hold up the left hand and *wave", "*wave the left hand to get attention",
        "*greet with a wave of the left hand", "*wave one arm", "*wave at someone far off with the left hand",
        "*wave with the left arm raised",
    ],
    "wave-both": [
        "*wave both hands", "*wave with both hands", "*wave both arms", "*wave with both arms overhead", "*wave the arms to get attention",
        "*wave the two hands", "*raise both hands and *wave", "*wave the arms", "*wave both hands in the air", "*greet with both hands",
        "*wave both hands overhead", "*signal for help with both arms", "*cheer with both arms", "*flail both arms",
        "*swing both arms overhead", "*call for help by waving", "*wave wildly with the arms", "*say hello with both hands",
        "*wave at a plane", "*wave both arms back and forth",
    ],
    "raise-left": [
        "*raise the left hand", "*raise the left arm", "*lift the left hand", "*put the left hand up", "*raise a hand",
        "*hold up the left hand", "*lift the left arm up", "*reach up with the left hand", "*stretch the left arm up",
        "*raise the left hand high", "*raise the left hand over the head", "*extend the left arm upward", "*point up with the left arm",
        "*put up the left arm", "*throw the left hand up", "*hold the left hand above the head", "*raise one arm", "*lift one hand",
        "*hail somebody with the left hand", "*vote by raising the left hand", "*volunteer with the left hand up", "*raise the left fist",
        "*raise the left hand as in school", "*reach high with the left arm",
    ],
    "raise-both": [
        "*raise both hands", "*raise both arms", "*lift both hands", "*put both hands up", "*put the hands up", "*raise the arms overhead",
        "*lift the arms", "*hold up both hands", "*throw both hands in the air", "*raise both arms high", "*lift both arms overhead",
        "*hold both hands over the head", "*put both arms in the air", "*stretch both arms upward", "*extend both arms upward",
        "*raise the hands", "*raise the arms", "*hold the hands high", "*reach up with both hands", "*throw the arms up",
        "*lift the hands into the air", "*hold both arms aloft", "*give up with raised hands", "*raise both hands in triumph",
        "*celebrate with both arms raised", "*bring both hands up over the head", "*stand with both arms raised",
        "*praise with lifted hands", "*hoist both arms", "*raise the two arms",
    ],
    "kick": [
        "*kick", "*kick forward", "*throw a kick", "*do a kick", "*kick with one leg", "*deliver a kick", "*kick the air",
        "*kick with the right leg", "*kick out", "*give a kick", "*kick hard", "*kick something away", "*kick a target",
        "*hit something with the foot", "*swing a leg forward in a kick", "*kick the leg up", "*lift a leg and *kick", "*perform a kick",
        "*kick with force", "*kick down a door", "*do a front kick", "*attack with the foot", "*punt", "*kick an enemy", "*kick somebody",
        "*swing the leg up high", "*raise one leg in a kick", "*kick at something",
    ],
    "kick-ball": [
        "*kick a soccer ball", "*take a few steps and *kick a ball", "*kick a ball", "*kick a football", "*shoot a ball with the foot",
        "*kick", "*take a penalty kick", "*shoot at the goal", "*pass a ball with the foot", "*take a free kick", "*punt a ball",
        "*play soccer", "*play football", "*score a goal with a kick", "*run up and *kick the ball", "*kick the ball hard",
        "*hit the ball with the foot", "*send the ball away with a kick", "*kick the ball across the field", "*blast the ball into the net",
        "*smash the ball with the foot",
    ],
    "kick-karate": [
        "*do roundhouse kicks", "*practice karate kicks", "*do side kicks", "*kick", "*kick high", "*perform martial arts kicks",
        "*kick repeatedly", "*do high kicks", "*throw several kicks", "*train kicks", "*practice taekwondo", "*kick to the head",
        "*do front kicks", "*fight with the legs", "*kick again and again", "*show kung fu kicks", "*deliver powerful kicks",
        "*swing the legs in kicks", "*kick a punching bag", "*kick with one leg", "*kick sideways", "*do a side kick",
        "*perform a high kick", "*attack with the legs",
    ],
    "kick-jump": [
        "*jump and *do a spin kick", "*do a jumping spinning kick", "*do a jump kick", "*jump and *kick", "*leap and *kick",
        "*do a flying kick", "*kick in the air", "*perform a flying kick", "*spin and *kick", "*do a spin kick",
    ],
    "punch": [
        "*throw a punch", "*punch", "*hit with a fist", "*punch forward", "*punch the air", "*throw punches", "*hit somebody with the fist",
        "*deliver a punch", "*give a punch", "*punch hard", "*punch a bag", "*punch with one hand", "*knock somebody out",
        "*attack with the fist", "*thrust a fist forward", "*throw a straight punch", "*land a punch", "*swing a fist", "*do a punch",
        "*punch an enemy", "*hit a target with the fist", "*smash something with the fist", "*punch the wall", "*fight with fists",
    ],
    "box": [
        "*box", "*throw boxing punches and *dodge", "*throw punches", "*punch", "shadow *box", "*fight with the fists", "*practice boxing",
        "*punch repeatedly", "*spar", "*fight", "*train boxing", "*do boxing", "*throw quick punches", "*throw a combination of punches",
        "*hit a punching bag", "*box with an imaginary enemy", "*throw left and right punches", "*fight in the ring", "*punch and *duck",
        "*throw jabs", "*attack with both fists", "*punch quickly", "*hit again and again with the fists",
        "*exchange punches", "*do a boxing workout",
    ],
    "jab-left": [
        "*jab with the left hand", "*throw a left punch", "*punch with the left fist", "*punch", "*jab", "*throw a left jab",
        "*hit with the left fist", "*throw a jab", "*box with the left hand",
    ],
    "karate": ["*do martial arts moves", "*practice karate", "*perform a karate kata", "*do martial arts blocks", "*step forward and *punch in karate", "*practice martial arts"],
    "slash": ["*slash with a sword", "*swing a sword", "*fight with a sword", "*wield a sword", "*cut with a blade"],
    "dance": [
        "*dance", "*do a dance", "*perform a dance", "*dance around", "*move to the music", "*show some dance moves", "*groove",
        "*dance to a song", "*dance in a club", "*bust some moves", "*dance on a stage", "*perform a dance routine", "*dance freestyle",
        "*sway to the music", "*dance hip hop", "*move the hips to the music", "*do a choreography", "*dance with the whole body",
        "*step and *turn in a dance", "*show off on the dance floor", "*shake the body to music", "*dance with swinging arms",
        "*enjoy dancing", "*dance modern dance", "*practice a dance", "*dance alone", "*follow the rhythm with the body",
        "*dance the night away",
    ],
    "salsa": [
        "*dance salsa", "*dance", "*dance salsa steps", "*dance a latin dance", "*perform a dance", "*dance to music",
        "*move to latin music", "*dance around", "*dance to a song", "*do a dance", "*dance with a partner", "*move to the rhythm",
        "*dance with hip movements", "*do latin steps", "*dance rumba", "*dance on the dance floor", "*groove", "*step to the music",
        "*show some dance moves", "*move to the music",
    ],
    "ballet": [
        "*dance ballet", "*dance gracefully", "*perform ballet", "*dance", "*perform a ballet dance", "*dance on tiptoe",
        "*dance elegantly", "*perform a graceful dance", "*pirouette",
    ],
    "charleston": [
        "*dance the charleston", "*dance", "*perform a swing dance", "*dance to swing music", "*dance to jazz", "*dance with kicking legs",
        "*dance like in the twenties", "*do a lively dance",
    ],
    "indian": [
        "*perform an Indian dance", "*dance a traditional Indian dance with hand gestures", "*dance", "*dance in the Indian style",
        "*perform a folk dance", "*dance to Indian music", "*dance bollywood", "*perform a traditional dance",
        "*dance with the arms and hands", "*do a classical dance",
    ],
    "lambada": [
        "*dance the lambada", "*dance with swinging hips", "*dance", "*swing the hips in a dance", "*shake the hips to music",
        "*dance a sensual dance", "*wiggle the hips",
    ],
    "stand": [
        "*stand still", "*stand", "*stand idle", "*stand in place", "*wait", "*stand quietly", "*remain still", "*do nothing",
        "*stand and *wait", "*stay in place", "*stand without moving", "*keep standing", "*idle", "*stay still", "*stand around",
        "*wait in line", "*wait for the bus", "*stand at attention", "*stand upright", "*stand calmly", "*rest while standing",
        "*hold still", "*keep still", "*keep calm and *stand", "*remain standing", "*stand there",
        "*stand like a soldier", "*stand straight", "*wait patiently", "*remain in place", "*stop and *stand", "*relax while standing",
        "*stand in one spot", "*pause", "*linger", "*stand on the spot", "*stay put", "*stand quietly and *look ahead",
        "*stand and *listen", "*stay where it is", "*pose for a photo", "*hold a standing position",
    ],
    "crouch": [
        "*crouch", "*crouch down", "*squat down", "*get down low", "*duck down", "*bend the knees and *crouch", "*lower into a crouch",
        "*squat", "*duck", "*crouch low", "*squat low", "*sink into a squat", "*go down into a squat", "*cower", "*huddle on the ground",
        "*bend the knees deeply", "*drop into a crouch", "*hide by crouching", "*duck to avoid something", "*stoop low", "*lower the body",
        "*go down on the haunches", "*get down", "*get low", "*kneel down", "*sink down", "*stay low", "*crouch to hide",
        "*crouch to look at something low", "*take cover", "*duck under something", "*squat on the ground",
    ],
    "crouch-up": [
        "*crouch down and *stand up", "*squat down and *get up", "*duck down and *come back up", "*do a squat", "*squat",
        "*crouch and *rise again", "*go down and up again", "*bend the knees and *straighten up", "*do one squat", "*dip down and *come up",
        "*do a knee bend", "*squat once", "*duck quickly",
    ],
    "squat": [
        "*do squats", "*squat up and down", "*do knee bends", "*exercise with squats", "*squat repeatedly", "*train the legs with squats",
        "*squat", "*do several squats", "*work out with squats", "*go up and down in squats", "*do deep squats", "*do deep knee bends",
        "*exercise the legs",
    ],
    "sit": [
        "*sit down", "*sit down on a stool", "*take a seat", "*sit", "*lower onto a chair", "*sit on a chair", "*sit down on a chair",
        "*settle onto a stool", "*sit down on a bench", "*plop down on a chair",
    ],
    "seated": ["*sit", "*sit on a stool", "*remain seated", "*sit still", "*rest on a chair"],
    "stand-up": ["*stand up", "*get up from a seat", "*rise from a chair", "*stand up from a stool", "*get up"],
    "get-up": ["*get up from the ground", "*stand up from the floor", "*get up from lying down", "*rise from the floor", "*get up off the ground"],
    "jacks": [
        "*do jumping jacks", "*exercise with jumping jacks", "*perform jumping jacks", "*jump and *spread the arms and legs",
        "*jump while clapping overhead", "*do side straddle hops", "*jump with arms and legs apart",
        "*hop and *spread the legs while raising the arms", "*do gymnastics with jumping jacks", "*train with jumping jacks", "*exercise",
    ],
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
# The right side does what the left side does.
ACTIONS |= {
    action.removesuffix("left") + "right": [swap_sides(phrase) for phrase in phrases]
    for action, phrases in ACTIONS.items()
    if action.endswith("-left")
}

# Who does an action, and where or how it is done, whatever the style.
ACTORS = {
    "walk": ["a pedestrian", "a passer-by", "a hiker", "a traveler", "a shopper", "a commuter", "a model on a catwalk"],
    "walk-slow": ["a hiker", "a museum guest"], "walk-fast": ["a commuter", "a businessman", "a pedestrian"],
    "walk-turn-left": ["a pedestrian", "a passer-by", "a hiker"], "walk-turn-right": ["a pedestrian", "a passer-by", "a hiker"],
    "walk-back": ["a frightened person", "a pedestrian", "a cautious man", "a scared woman"],
    "run": ["a runner", "a sprinter", "an athlete", "a robber", "a policeman", "a marathon runner"], "dash": ["a runner", "a sprinter", "a racer"],
    "jog": ["a jogger", "a runner", "a marathon runner"],
    "jump": ["a jumper", "a basketball player", "a gymnast", "an acrobat"], "jump-high": ["a basketball player", "a volleyball player", "a high jumper", "a goalkeeper"],
    "jump-forward": ["a long jumper", "a gymnast", "a frog"],
    "bow": ["a performer", "a servant", "a musician", "a Japanese man", "a samurai", "a singer", "a pianist", "a gentleman", "a martial artist"],
    "bye": ["a host", "a traveler", "a neighbor"], "wave-left": ["a celebrity", "a host"], "wave-right": ["a celebrity", "a host"],
    "wave-both": ["a castaway", "a supporter", "a rescuer"],
    "raise-both": ["a winner", "a champion", "a prisoner", "a priest", "a criminal", "a referee"],
    "raise-left": ["a schoolboy", "a schoolgirl", "a voter"], "raise-right": ["a schoolboy", "a schoolgirl", "a voter"],
    "kick": ["a fighter", "a martial artist", "a ninja", "a kickboxer"], "kick-karate": ["a fighter", "a martial artist", "a karate master", "a ninja", "a kickboxer", "a taekwondo fighter"],
    "kick-ball": ["a soccer player", "a football player", "a goalkeeper", "a player", "a sportswoman"],
    "kick-jump": ["a ninja", "a martial artist"],
    "punch": ["a fighter", "a boxer", "a superhero", "a brawler", "a martial artist"], "box": ["a boxer", "a boxing champion", "a fighter", "a wrestler", "a heavyweight"],
    "jab-left": ["a boxer", "a fighter"], "jab-right": ["a boxer", "a fighter"], "karate": ["a karate master", "a martial artist", "a black belt", "a karateka"],
    "slash": ["a knight", "a swordsman", "a samurai", "a pirate", "a gladiator"],
    "dance": ["a dancer", "a pop star", "a breakdancer", "a clubber", "a hip hop dancer"], "salsa": ["a dancer", "a salsa dancer", "a couple's dancer", "a latin dancer"],
    "ballet": ["a ballerina", "a ballet dancer", "a dancer"], "charleston": ["a dancer", "a jazz dancer"], "indian": ["a dancer", "an Indian dancer", "a temple dancer"],
    "lambada": ["a dancer"],
    "stand": ["a sentry", "a bystander", "a customer", "a mannequin", "a bouncer", "a watchman", "a bored person", "a waiting passenger", "an onlooker"],
    "crouch": ["a hunter", "a hiding child", "a soldier under fire", "a gardener", "a goalkeeper", "a burglar"], "crouch-up": ["a weightlifter", "a gymnast"],
    "squat": ["a bodybuilder", "a weightlifter", "an exercising man"], "jacks": ["a gymnast", "a fitness trainer", "an exercising woman"],
}  # fmt: skip
PLACES = [
    "outside", "on the street", "in the park", "in the gym", "in a hall", "on stage", "in the garden", "at home", "in front of the house", "on the playground", "in the open", "in a studio",
    "for a while", "for some time", "right now", "again", "in the middle of the room", "there", "on the grass", "indoors", "in the city", "all alone", "in front of everybody", "near the door",
]  # fmt: skip

# Manners of a style: behind the phrase, and as a subject of its own.
STYLES = {
    "normal": ([""], []),
    "active": (["energetically", "with lots of energy", "in a lively way", "actively", "vigorously", "dynamically", "with vigor", "with enthusiasm", "with full power"], ["an energetic person", "a lively person", "an active woman", "a sporty man"]),
    "elderly": (
        ["like an elderly person", "like an old man", "like an old woman", "like an old person", "as an old person would", "like a grandfather", "like a senior", "in an old and frail way", "with a bent back", "with the stiff legs of old age", "feebly", "like a pensioner", "as if very old", "like somebody of seventy", "frailly", "like grandpa"],
        ["an old man", "an old woman", "an elderly person", "an old person", "an elderly man", "an elderly woman", "an elderly lady", "grandpa", "granny", "an old gentleman", "an old lady", "a senior citizen", "a very old man", "a pensioner", "an old fellow", "a frail old woman"],
    ),
    "exhausted": (["as if exhausted", "tiredly", "wearily", "exhausted", "in an exhausted way", "as if very tired", "with no energy left", "sleepily", "sluggishly", "with heavy limbs", "after a long day", "lethargically", "as if about to fall asleep", "listlessly"],
        ["an exhausted person", "a tired person", "a weary man", "a weary woman", "a sleepy person", "a tired worker", "an exhausted runner", "a fatigued man"]),
    "feminine": (["in a feminine way", "like a woman", "in a ladylike way", "femininely"], ["a feminine person", "a lady", "a woman"]),
    "masculine": (["in a masculine way", "like a tough man", "in a manly way"], ["a masculine person", "a tough man", "a strong man"]),
    "youthful": (["in a youthful way", "like a young person", "like a teenager", "youthfully"], ["a young person", "a teenager", "a youth"]),
    "angry": (["angrily", "furiously", "in anger", "in an angry way", "in a rage", "as if mad", "full of fury", "irritated", "in a temper", "aggressively"], ["an angry person", "a furious man", "an angry man", "an annoyed woman", "an enraged man", "a mad guy"]),
    "childish": (["like a child", "childishly", "like a little kid", "in a childlike way", "playfully"], ["a child", "a kid", "a little boy", "a little girl", "a toddler", "a small child"]),
    "chimpira": (["like a thug", "like a gangster", "with a swagger", "like a hoodlum", "in a tough swaggering way"], ["a thug", "a gangster"]),
    "giant": (["like a giant", "like a huge monster", "heavily like a giant", "with heavy steps"], ["a giant", "a huge person"]),
    "happy": (["happily", "cheerfully", "joyfully", "in a happy way", "in a good mood", "merrily", "with a bounce", "in high spirits", "gleefully", "as if overjoyed", "in a jolly way", "light-heartedly", "with glee", "brightly", "as if the sun were shining", "full of happiness", "beaming"],
        ["a happy person", "a cheerful person", "a happy man", "a happy woman", "a cheerful girl", "a happy child", "a joyful person", "a jolly fellow", "a merry woman", "an overjoyed man", "a glad person", "a smiling girl", "someone in love"]),
    "musical": (["rhythmically", "to the beat", "as if to music", "in a musical way"], ["a person listening to music"]),
    "not-confident": (["without confidence", "timidly", "shyly", "nervously", "in an insecure way", "hesitantly", "anxiously", "bashfully", "meekly"], ["a shy person", "a timid person", "an insecure person", "a nervous man", "an anxious woman", "a bashful boy"]),
    "proud": (["proudly", "with pride", "confidently", "in a proud way", "with the chest out", "arrogantly", "like a king", "like a winner", "with dignity"], ["a proud person", "a confident person", "a king", "a queen", "a champion", "a proud soldier"]),
    "sad": (["sadly", "in a sad way", "gloomily", "dejectedly", "as if depressed", "with sorrow", "mournfully", "with a heavy heart", "with the head down", "downcast", "unhappily"], ["a sad person", "a depressed person", "an unhappy man", "a lonely woman", "a mourning person"]),
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
