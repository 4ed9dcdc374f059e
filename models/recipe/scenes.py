"""Whole sentences for actions: what somebody might type who does not name the action, one a line.

`action` or `action/style`; SIDE stands for left or right. They stand beside what captions.py puts together.
"""

SCENES = {
    "walk": """
        a tourist explores the old town on foot
        the mailman does his rounds from house to house
        she crosses the square and moves on
        a man heads to the office in the sunshine
        two steps, three steps, and on he goes
        the actress comes down the catwalk
        he makes for the kitchen
        she sets out for the bakery
        a pilgrim continues on foot
        the teacher goes to the blackboard
        someone approaches the counter
        he leaves the building
        she enters the room and keeps going
        the man moves toward the window
        he travels forward step by step
        a girl follows the trail through the forest
        an officer goes on patrol
        he comes closer
        she advances toward the table
        the woman moves through the gallery
        a customer goes down the aisle
        a man goes to fetch the newspaper
        her feet take her through the town
        the guest arrives and comes in
        a nurse moves along the corridor of the hospital
        the bride goes to the altar
        going ahead at a normal speed
        onward at an ordinary pace
        a hiker on the trail
        a pedestrian on the pavement
        he gets from one end of the room to the other
        she leaves and heads home
        """,
    "walk-slow": """
        she is not in a hurry and goes slowly
        he moves ahead at a snail's pace
        a couple out for a leisurely evening walk
        one slow step follows another
        he goes forward without haste
        the man inches ahead
        """,
    "walk/elderly": """
        grandpa goes to the mailbox
        a very old woman makes slow progress with her cane
        the old fellow moves with stiff joints
        a retired man shuffles to his bench
        bent with age, a man walks on
        her knees are bad, and she walks with a stoop
        an elder of the village comes along
        the great-grandfather walks through the garden
        an old witch shuffles through the wood
        a stooped old man takes short steps
        he walks with the small careful steps of the very old
        the oldest woman in town goes for bread
        a frail figure shuffles along
        years weigh on him as he walks
        """,
    "walk/happy": """
        a boy in love walks along as if on clouds
        she got good news and walks home beaming
        he walks with a bounce in his step
        the winner of the lottery goes down the street
        a merry fellow walks along and swings his arms
        it is her birthday, and she walks in high spirits
        a smiling boy marches along cheerfully
        whistling a tune, he strolls through the sunshine
        a cheery walk with swinging arms
        on holiday at last, he walks along gladly
        a lively happy walk
        she bounces along with delight
        she almost dances as she walks
        a kid on the way to the fair walks along excitedly
        """,
    "walk/exhausted": """
        after a marathon he can hardly walk
        he comes home from the night duty
        a weary traveler walks the last mile
        she can hardly keep her eyes open as she walks
        with leaden legs he walks on
        drained of energy, she walks along
        """,
    "walk/sad": """
        he lost his job and walks home
        a widow follows the coffin
        heartbroken, she walks away
        with the head down he walks along
        """,
    "walk/angry": """
        he storms off after the quarrel
        fuming, she marches out of the meeting
        he stomps along, looking for trouble
        """,
    "walk-turn-SIDE": """
        at the traffic light she turns off to the SIDE
        the way bends to the SIDE and he follows it
        he walks on and takes the second street on the SIDE
        walking, she changes her direction to the SIDE
        a man goes ahead, then makes for something on his SIDE
        the shop is on the SIDE, so she turns there
        she leaves the road to the SIDE
        a SIDE turn on foot
        a walk with a turn to the SIDE
        the soldier marches and wheels to the SIDE
        he goes along the wall and around it to the SIDE
        he comes to a fork and picks the SIDE way
        she walks a bit and then faces SIDE and goes on
        """,
    "walk-SIDE": """
        he makes room by stepping to the SIDE
        a crab walk to the SIDE
        she moves out of the way to the SIDE
        he goes SIDE without turning
        a diagonal walk to the SIDE
        still facing forward, he drifts SIDE
        """,
    "walk-back": """
        he keeps his eyes on the bear and retreats slowly
        the car comes at her, and she steps back
        a man goes the wrong way round, heels first
        she recoils and goes back a few steps
        he gives ground
        walking heels first
        a lion tamer retreats
        she takes one step back, then another
        the crowd pushes him backwards
        she moves back from the cliff
        he goes back without taking his eyes off the dog
        a painter steps back from the canvas
        she shrinks back in fear
        moving rearwards on foot
        """,
    "run": """
        he is late and hurries to the station at full speed
        the dog is after him, and he runs for his life
        the forward sprints down the wing
        a boy races his brother home
        the pickpocket takes to his heels
        she hurries as fast as she can
        the athlete crosses the stadium at full speed
        quick, catch the bus
        an antelope could not be faster than she is
        he gets away as fast as possible
        the rescuer rushes to help
        the children race over the meadow
        a sprint of a hundred meters
        she takes flight
        he hurries across the field
        the soldier charges the enemy
        he is off like a shot
        she speeds along the beach
        the burglar makes a run for it
        they chase each other around
        """,
    "jog": """
        she keeps fit with a run before breakfast
        he does his laps around the lake
        training for the marathon
        a relaxed run through the woods
        a run at an even pace
        """,
    "jump": """
        a boy reaches for the apple with a leap
        the frog goes up in the air
        both feet leave the floor
        she takes off and lands again
        the kid is on a trampoline
        with bent knees he takes off and lands
        a kangaroo
        he goes up in the air and comes down again
        the rebound makes him leap
        a cheerleader leaps
        she is startled and leaps up
        a ballplayer goes up for a header
        one big hop with both legs
        """,
    "jump-high": """
        the goalkeeper leaps for the ball under the bar
        she tries to touch the ceiling
        an attacker rises above the net for a smash
        up he goes as high as he can
        the basketball player rises for a dunk
        """,
    "jump-forward": """
        she gets over the ditch in one leap
        the long jumper lands in the sand
        he leaps from one stone to the next
        a big leap ahead from a standstill
        he gets across the brook with one bound
        a standing leap for distance
        """,
    "bow": """
        the pianist greets the hall before he plays
        the curtain falls and the actors show their gratitude
        a knight shows respect to his queen
        the diplomat greets the emperor
        he lowers his head before the master
        a hotel porter greets the guests with great courtesy
        the conductor turns around and bends forward
        the magician ends his show
        she leans forward in deep respect
        a polite greeting with a lowered head
        two judo fighters greet each other before the match
        he expresses his respect
        she bends forward from the hips and comes up again
        courteous, he lowers his upper body
        the singer receives the cheers
        a deep and formal greeting
        """,
    "bye": """
        he greets his pal on the other side of the road
        she sees her sister off at the station
        hello there
        bye bye
        the queen greets her people from the balcony
        he gestures hi with one hand
        mother greets the school bus
        the sailor takes leave of his girl
        a friendly greeting with one hand
        somebody far away is greeted with the hand
        the actress greets her admirers
        a child sees the grandparents leave
        he tries to get her attention with a hand
        """,
    "wave-SIDE": """
        her SIDE hand goes to and fro in greeting
        he greets the crew with the SIDE hand
        a raised SIDE hand that swings to and fro
        the SIDE hand calls for the barman
        a greeting with the SIDE arm
        he hails a cab with the SIDE hand
        look, over here, with the SIDE hand
        a hello with the SIDE hand
        she makes herself seen with the SIDE hand
        """,
    "wave-both": """
        the shipwrecked man tries to be seen
        he directs the plane with both arms
        she makes herself seen with both hands
        """,
    "raise-both": """
        the police order him to show his hands
        hands up
        a preacher lifts both palms to heaven
        the goal counts and the supporters throw their arms up
        the winner at the end of the race
        the referee lifts both arms
        both arms go up
        she reaches for the top shelf with both hands
        he gives up to the sheriff
        a yogi begins the sun salutation
        the child wants to be picked up
        hallelujah with the arms raised
        both hands go over the head
        do not shoot
        he stretches toward the ceiling with both arms
        """,
    "raise-SIDE": """
        the girl wants to answer and puts the SIDE hand up
        a bidder at the auction lifts the SIDE hand
        I know, with the SIDE hand up
        he takes an oath with the SIDE hand
        the SIDE arm goes up
        those in favor show their SIDE hand
        the SIDE hand reaches for the shelf
        """,
    "kick": """
        her foot hits the sandbag
        the door gives way under his foot
        a fast foot goes to the enemy's stomach
        he defends himself with a leg
        the leg shoots up and forward
        a mule would do the same with its leg
        a foot flies at the attacker
        he breaks the board with his foot
        she sends the can flying with her foot
        the karate girl hits the target with the foot
        an attack with the right leg
        a high swing of a stretched leg
        a ninja uses his leg against the foe
        he puts his foot through the window
        a strong thrust of the leg
        """,
    "kick-ball": """
        the midfielder shoots at the goal
        he takes the penalty
        a long pass by the defender
        she scores from a distance
        the ball flies off his foot
        the goalie sends the ball upfield
        the captain takes the free kick
        with a run-up he sends the ball into the net
        a hard shot with the right foot
        a soccer star shows a powerful shot
        playing soccer, she shoots
        the forward shoots hard
        """,
    "punch": """
        his fist flies forward
        one for the chin
        the champion knocks the challenger down
        she defends herself with her fists
        a right and a left to the chin
        a brawl in a bar
        the hero knocks the villain out
        his fist lands on the chin of his foe
        a furious man goes at the other with his fists
        the fist goes straight ahead
        an uppercut and a straight right
        take that
        he goes for the chin of his rival
        the martial artist thrusts a fist forward
        a hit with the right hand
        """,
    "box": """
        the title fight in the ring
        round one in the ring
        a workout at the punching bag
        left, right, left, with the gloves on
        the champ dances around and punches
        rocky trains for the fight
        hands up, then a quick combination
        two men fight with their fists
        """,
    "dance": """
        the band plays and she cannot keep still
        he shows what he can do on the dance floor
        a night at the club
        the music takes hold of her
        the hips sway, the arms follow
        saturday night fever
        at the wedding everybody moves to the music
        a music video performer in action
        the DJ turns it up and the crowd moves
        feeling the music
        rhythm in every limb
        she grooves at the concert
        """,
    "salsa": """
        a night in havana
        a latin couple on the floor
        quick steps to a latin song
        hips swing in a bar in cuba
        she steps and turns to the music
        a ballroom show
        at the wedding she steps to the music
        """,
    "stand": """
        the palace soldier does not move a muscle
        waiting for the elevator
        she is in line at the bank
        a scarecrow in a field
        like a tree
        nothing moves
        he keeps perfectly calm and upright
        the model holds her position for the painter
        a man watches the sea without moving
        on hold
        just being there
        the doorman in front of the hotel
        a mannequin in the shop window
        rooted to the spot
        no movement at all
        a person at rest on both feet
        quiet and upright
        the soldier stands at attention
        someone waits for the light to turn green
        """,
    "crouch": """
        he hides from the searchlight
        the hunter makes himself small
        a sniper takes cover
        she looks under the bed
        the boy hides in the tall grass
        the photographer goes down for a shot of a flower
        the knees bend until the seat nearly meets the heels
        she makes herself small
        the burglar avoids the window
        to tie a lace he goes down
        he sinks to his heels
        down on the heels
        the child plays with marbles down there
        the goalkeeper goes low
        a low stance with bent knees
        """,
    "jacks": """
        aerobics, arms and legs go out and in
        he does his gymnastics with jumps
        warming up, she jumps with spread arms and legs
        jump, clap, jump, clap
        an aerobics lesson
        """,
}


def scenes(action, style):
    """The sentences of an action in a style, none if there are none."""
    key = action if style == "normal" else f"{action}/{SAME_STYLE.get(style, style)}"
    for side in ("left", "right"):
        if key.endswith(f"-{side}"):
            return [line.replace("SIDE", side) for line in _lines(key.removesuffix(side) + "SIDE")]
    return _lines(key)


SAME_STYLE = {"old": "elderly", "tired": "exhausted"}


def _lines(key):
    return [line.strip() for line in SCENES.get(key, "").strip().splitlines()]
