"""What needs no motion capture: `python -m unittest test_recipe`. The classes about motion need torch and are skipped without."""

import importlib.util
import json
import math
import random
import re
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import archives
import phrases
import unseen

TORCH = importlib.util.find_spec("torch") is not None and importlib.util.find_spec("numpy") is not None


class Licences(unittest.TestCase):
    def folder(self, told):
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(lambda: [path.unlink() for path in folder.iterdir()] and folder.rmdir())
        if told is not None:
            (folder / "model.json").write_text(json.dumps(told))
        return folder

    def test_the_free_model_has_commercial_archives_only(self):
        self.assertNotIn("bandai_namco", archives.MODELS["starter"])
        self.assertIn("bandai_namco", archives.MODELS["starter-nc"])
        self.assertTrue(all(archives.ARCHIVES[name].commercial for name in archives.MODELS["starter"]))

    def test_a_corpus_with_one_archive_too_many_is_refused(self):
        archives.refuse("starter", ["cmu", "kaykit"], "it")
        archives.refuse("starter-nc", ["cmu", "bandai_namco"], "it")
        for foreign in ("bandai_namco", "hdm05", "made_up"):
            with self.assertRaisesRegex(SystemExit, foreign):
                archives.refuse("starter", ["cmu", foreign], "it")

    def test_nothing_starts_from_weights_of_other_or_unknown_archives(self):
        free, other, silent = (self.folder(told) for told in ({"archives": archives.told(["cmu"])}, {"archives": archives.told(["bandai_namco"])}, {}))
        self.assertEqual(archives.take_up("starter", ["kaykit"], free), ["cmu", "kaykit"])
        self.assertEqual(archives.take_up("starter", ["kaykit"], None), ["kaykit"])
        self.assertEqual(archives.take_up("starter-nc", ["cmu"], other), ["bandai_namco", "cmu"])
        for folder in (other, silent, self.folder(None)):
            with self.assertRaises(SystemExit):
                archives.take_up("starter", ["kaykit"], folder)
        # A run that goes on is made of what it was made of before.
        self.assertEqual(archives.take_up("starter", ["kaykit"], None, other), ["kaykit"])
        (other / "checkpoint.pt").touch()
        with self.assertRaisesRegex(SystemExit, "bandai_namco"):
            archives.take_up("starter", ["kaykit"], None, other)

    def test_users_are_told_whom_to_credit(self):
        note = archives.licence_note("starter", ["cmu", "cmu_extra", "g1_moves", "kaykit"])
        self.assertIn("also commercially", note)
        self.assertEqual(note.count("mocap.cs.cmu.edu"), 1)
        self.assertRegex(note, r"^(?:\S[^.]*(?:\.\S[^.]*)*\. )+The text encoder", "sentences with an end each")
        self.assertIn("G1 Moves", note)


class Files(unittest.TestCase):
    def test_every_row_of_the_table_is_whole(self):
        seen = set()
        for line in Path(__file__).with_name("clips.tsv").read_text().splitlines():
            if not line.startswith("#"):
                archive, clip, secs, shows, how = line.split("\t")
                self.assertIn(archive, archives.ARCHIVES, line)
                self.assertIn(how, ("once", "loop", "travel"), line)
                self.assertRegex(secs, r"^$|^[\d.]*-[\d.]*$", line)
                self.assertNotIn((archive, clip, secs), seen, line)
                seen.add((archive, clip, secs))

    def test_every_action_of_the_table_has_phrases(self):
        known = phrases.read()
        import words

        for line in Path(__file__).with_name("clips.tsv").read_text().splitlines():
            if not line.startswith("#"):
                self.assertIn(line.split("\t")[3].partition("/")[0], words.ACTIONS, line)
        self.assertGreaterEqual(len(words.ACTIONS), 220)
        self.assertTrue(all(len(found) == len(set(found)) for found in known.values()))

    def test_the_test_prompts_leave_phrases_to_every_action(self):
        import words

        for action, found in words.ACTIONS.items():
            told = [phrase.replace("*", "") for phrase in found]
            refused = {caption for caption, _ in unseen.given_away(told)}
            self.assertLess(len(refused), len(told), f"{action}: nothing is left of it")


@unittest.skipUnless(TORCH, "no torch")
class Motions(unittest.TestCase):
    def setUp(self):
        import torch

        import representation as rep

        self.torch, self.rep = torch, rep
        torch.manual_seed(0)

    def standing(self, frames):
        local = self.torch.zeros(frames, self.rep.JOINTS, 4)
        local[..., 0] = 1
        return self.torch.tensor([self.rep.REST_OFFSETS[0]]).repeat(frames, 1), local

    def treadmill(self, speed, frames=31):
        """Legs that swing under a pelvis that stays, the right foot carrying, from ahead to behind."""
        root, local = self.standing(frames)
        leg = 0.87
        at = speed * (0.5 - self.torch.arange(frames) / (frames - 1))
        local[:, 2] = self.rep.quat_from_axis_angle(self.torch.stack([-self.torch.asin(at / leg), 0 * at, 0 * at], -1))
        local[:, 1] = self.rep.quat_from_axis_angle(self.torch.tensor([-0.9, 0.0, 0.0])).expand(frames, 4)
        root[:, 1] -= leg - (leg**2 - at**2).sqrt()
        return root, local

    def test_a_walk_on_the_spot_is_led_at_the_speed_of_its_feet(self):
        import keyed

        root, _ = keyed.travelled(*self.treadmill(0.6))
        self.assertAlmostEqual((root[-1, 2] - root[0, 2]).item(), 0.6, delta=0.08)
        self.assertAlmostEqual((root[-1, 0] - root[0, 0]).item(), 0.0, delta=0.02)

    def test_a_loop_repeats_without_a_seam_and_goes_on_where_it_was(self):
        import keyed

        root, local = self.standing(31)
        swing = self.torch.sin(self.torch.arange(31) / 30 * 2 * self.torch.pi)
        local[:, 16] = self.rep.quat_from_axis_angle(swing[:, None] * self.torch.tensor([0.0, 0.0, 0.5]))
        root[:, 2] += self.torch.arange(31) / 30
        path, turned = keyed.repeated(root, local, 4.0)
        self.assertGreaterEqual(len(path), 120)
        self.assertLess((path[1:, 2] - path[:-1, 2] - 1 / 30).abs().max().item(), 1e-5)
        self.assertGreater((turned[1:] * turned[:-1]).sum(-1).min().item(), 0.995)

    def test_arms_that_hang_wide_come_nearer_and_lifted_ones_stay(self):
        import keyed

        def arms(rad):
            root, local = self.standing(2)
            for joint, side in ((16, 1), (17, -1)):
                local[:, joint] = self.rep.quat_from_axis_angle(self.torch.tensor([0.0, 0.0, -side * rad]))
            narrow = keyed.narrowed(local)
            joints = self.rep.forward_kinematics(root, self.rep.matrix_from_quat(narrow))
            before = self.rep.forward_kinematics(root, self.rep.matrix_from_quat(local))
            width = lambda found: (found[0, 20, 0] - found[0, 21, 0]).item()  # noqa: E731
            return width(before), width(joints)

        wide, now = arms(0.9)
        self.assertLess(now, wide - 0.25)
        self.assertGreater(now, 0.4)
        for lifted in (0.0, -1.2):
            before, now = arms(lifted)
            self.assertAlmostEqual(before, now, delta=0.01)
        before, now = arms(1.5)
        self.assertAlmostEqual(before, now, delta=0.05)

    def test_a_gesture_brings_the_hands_where_it_says(self):
        from gestures import GESTURES, Playing, played

        rng = random.Random(3)
        for name, wrists, is_there in (
            ("raise-both", [20, 21], lambda hand, head: hand[1] > head[1]),
            ("phone", [21], lambda hand, head: (hand - head).norm() < 0.3),
            ("point-ahead", [21], lambda hand, head: hand[2] > 0.4),
        ):
            playing = Playing(GESTURES[name], rng)
            root, local = played(playing, *self.standing(int(30 * playing.secs) + 1))
            joints = self.rep.forward_kinematics(root, self.rep.matrix_from_quat(local))
            held = int(30 * (playing.stop - 0.1))
            for wrist in wrists:
                self.assertTrue(is_there(joints[held, wrist], joints[held, self.rep.HEAD]), name)
            self.assertLess((local[-1, :, 0].abs() - 1).abs().max().item(), 1e-4, "it ends as its base")

    def test_every_gesture_is_smooth_and_finite(self):
        from gestures import GESTURES, Playing, played

        rng = random.Random(4)
        for name, gesture in GESTURES.items():
            playing = Playing(gesture, rng, 3.0 if gesture.cyclic else None)
            root, local = played(playing, *self.standing(int(30 * playing.secs) + 1))
            joints = self.rep.forward_kinematics(root, self.rep.matrix_from_quat(local))
            self.assertTrue(joints.isfinite().all(), name)
            self.assertLess(((joints[1:] - joints[:-1]).norm(dim=-1).max() * 30).item(), 8.0, f"{name}: too fast for an arm")

    def test_an_old_walk_is_slower_and_stooped(self):
        from moods import moody

        root, local = self.standing(91)
        root[:, 2] += self.torch.arange(91) / 30
        path, turned = moody("elderly", root, local, random.Random(0))
        self.assertLess((path[-1, 2] / len(path) * 30).item(), 0.75)
        joints = self.rep.forward_kinematics(path, self.rep.matrix_from_quat(turned))
        self.assertGreater((joints[:, 12, 2] - joints[:, 0, 2]).min().item(), 0.05)

    def test_a_robot_in_its_zero_pose_stands_with_hanging_arms_and_bent_elbows(self):
        import g1

        limb = lambda side, y: (  # noqa: E731
            f'<body name="{side}_hip_roll_link" pos="0 {y} -0.1"><joint axis="1 0 0"/><body name="{side}_hip_yaw_link" pos="0 0 -0.1"><joint axis="0 0 1"/>'
            f'<body name="{side}_knee_link" pos="0 0 -0.2"><joint axis="0 1 0"/><body name="{side}_ankle_roll_link" pos="0 0 -0.3"><joint axis="1 0 0"/></body></body></body></body>'
        )
        arm = lambda side, y: (  # noqa: E731
            f'<body name="{side}_shoulder_yaw_link" pos="0 {y} 0.25"><joint axis="0 1 0"/><body name="{side}_elbow_link" pos="0 0 -0.2"><joint axis="0 1 0"/>'
            f'<body name="{side}_wrist_yaw_link" pos="0.2 0 0"><joint axis="0 0 1"/></body></body></body>'
        )
        torso = f'<body name="torso_link"><joint axis="0 0 1"/>{arm("left", 0.1)}{arm("right", -0.1)}</body>'
        text = f'<mujoco><worldbody><body name="pelvis"><freejoint name="pelvis"/>{limb("left", 0.1)}{limb("right", -0.1)}{torso}</body></worldbody></mujoco>'
        path = Path(tempfile.mkdtemp()) / "robot.xml"
        path.write_text(text)
        robot = g1.Robot(path)
        rows = self.torch.zeros(8, 7 + 15)
        rows[:, 6], rows[:, 2] = 1, 0.7
        rows[:, 7 + 2] = 0.8  # the left knee bends back
        root, rotations = g1.retarget(robot, rows)
        local = self.rep.matrix_from_quat(self.rep.quat_from_axis_angle(self.torch.tensor(rotations).float()))
        joints = self.rep.forward_kinematics(self.torch.tensor(root).float(), local)[0]
        left, elbow, wrist = joints[16], joints[18], joints[20]
        self.assertLess((elbow - left)[1].item(), -0.25, "the upper arm hangs")
        self.assertGreater((wrist - elbow)[2].item(), 0.22, "the forearm is ahead")
        self.assertLess(joints[7, 2].item(), joints[8, 2].item() - 0.2, "the left ankle is behind")
        self.assertGreater(joints[16, 0].item(), 0, "left is +X")

    def test_rotation_vectors_come_back_from_matrices_and_quaternions(self):
        torch, rep = self.torch, self.rep
        axis = torch.nn.functional.normalize(torch.randn(50, 3, dtype=torch.float64), dim=-1)
        for angle in (0.0, 1e-6, 1.0, 3.0, torch.pi):
            q = rep.quat_from_axis_angle(angle * axis)
            for found in (rep.axis_angle_from_quat(q), rep.axis_angle_from_quat(rep.quat_from_matrix(rep.matrix_from_quat(q)))):
                apart = rep.matrix_from_quat(rep.quat_from_axis_angle(found)) - rep.matrix_from_quat(q)
                self.assertLess(apart.abs().max().item(), 1e-9, angle)
                self.assertLess(found.norm(dim=-1).max().item(), torch.pi + 1e-6)

    def test_a_rig_of_an_fbx_rests_as_it_says_and_faces_ahead(self):
        import fbx

        # It looks along -X, lies in hundredths of a centimetre under a node that is scaled, and its thighs' axes are oriented.
        names = ("", "holder", "Neo_Hips", "Neo_LeftUpLeg", "Neo_RightUpLeg", "Neo_LeftLeg", "Neo_RightLeg")
        parents, offsets = (None, 0, 1, 2, 2, 3, 4), ((0, 90, 0), (0, 0, 10), (0, 0, -10), (0, 40, 0), (0, 40, 0))
        plain = lambda *v: SimpleNamespace(**dict(zip("xyzw", v)))  # noqa: E731
        scaled = SimpleNamespace(c0=plain(100, 0, 0), c1=plain(0, 100, 0), c2=plain(0, 0, 100), c3=plain(0, 0, 0))
        nodes = []
        for row, (name, parent) in enumerate(zip(names, parents)):
            turned = [SimpleNamespace(name="PreRotation", value_vec4=plain(180.0, 0.0, 0.0))] if "UpLeg" in name else []
            offset = plain(*(offsets[row - 2] if row > 1 else (0, 0, 0)))
            above = nodes[parent] if parent is not None else None
            props, local = SimpleNamespace(props=turned), SimpleNamespace(translation=offset)
            nodes.append(SimpleNamespace(name=name, parent=above, bone=row > 1, typed_id=row, node_to_world=scaled, props=props, local_transform=local))

        def evaluate(_, node, secs):
            half = 0.5**0.5
            # The thighs are turned about X as they are oriented, and the left one in the second frame by 90 degrees about Z as well.
            turn = plain(0, half, 0, 0) if "UpLeg" in node.name else plain(0, 0, 0, 1)
            turn = plain(1, 0, 0, 0) if "UpLeg" in node.name else turn
            if node.name == "Neo_LeftUpLeg" and secs > 0.02:
                turn = plain(half, -half, 0, 0)
            return SimpleNamespace(translation=node.local_transform.translation, rotation=turn)

        scene = SimpleNamespace(nodes=nodes, anim_stacks=[SimpleNamespace(anim=None, time_begin=0.0, time_end=2 / 30)])
        file = Path(tempfile.mkdtemp()) / "a.bvh"
        fbx.convert(scene, evaluate, file)
        text = file.read_text()
        self.assertIn("ROOT Hips", text)
        offset = lambda name: [float(n) for n in re.search(rf"{name}\s*{{\s*OFFSET (.*)", text)[1].split()]  # noqa: E731
        for name, expected in (("LeftUpLeg", (10, 0, 0)), ("RightUpLeg", (-10, 0, 0)), ("LeftLeg", (0, -40, 0))):
            for found, wanted in zip(offset(name), expected):
                self.assertAlmostEqual(found, wanted, places=3)
        rows = [[float(n) for n in line.split()] for line in text.splitlines()[-2:]]
        self.assertAlmostEqual(rows[0][1], 90.0, places=3)
        at_rest, bent = (sum(abs(n) for n in row[6:9]) for row in rows)
        self.assertLess(at_rest, 0.01)
        self.assertGreater(bent, 80.0)

    def test_what_comes_back_badly_is_drawn_more_often(self):
        import train_tokenizer

        windows = train_tokenizer.Windows(self.corpus({"stand": 4, "crawl": 1}), "cpu", vary=False)
        share = lambda: self.torch.bincount(windows.draw(400, 16)[1], minlength=2)[0].item() / 400  # noqa: E731
        # Actions are numbered by name: crawling is 0. It is a quarter as long, and half as often drawn.
        self.assertAlmostEqual(share(), 1 / 3, delta=0.09)
        for _ in range(20):
            windows.learn(self.torch.tensor([0, 1, 1]), self.torch.tensor([0.4, 0.1, 0.1]))
        self.assertAlmostEqual(share(), 2 / 3, delta=0.09)

    def test_an_arm_that_is_lost_shows_in_the_worst_joint(self):
        import reconstruct

        root, local = self.standing(90)
        root[:, 2] += self.torch.arange(90) / 30
        hanging = self.rep.encode(root, local)
        raised = local.clone()
        raised[:, 17] = self.rep.quat_from_axis_angle(self.torch.tensor([0.0, 0.0, -2.0]))
        lost = dict(zip(reconstruct.COLUMNS, reconstruct.lost(self.rep.encode(root, raised), hanging).tolist()))
        reach = 0.248 + 0.265
        self.assertAlmostEqual(lost["worst"], 2000 * reach * math.sin(1.0), delta=15)
        self.assertLess(lost["local"], 100)
        self.assertAlmostEqual(lost["head"], 0, delta=0.01)
        for name, found in zip(reconstruct.COLUMNS, reconstruct.lost(hanging, hanging).tolist()):
            self.assertAlmostEqual(found, 0, delta=0.01, msg=name)

    def test_tokens_are_made_once_for_a_run_and_no_others_are_learned_behind_them(self):
        import train_transformer
        from networks import MotionTokenizer

        made, folder = self.corpus({"stand": 4, "crawl": 1}), Path(tempfile.mkdtemp())
        net = MotionTokenizer([4, 3], 8, 8).eval()
        rows = train_transformer.Rows(made, net, "cpu", (1.0, 0.8), folder)
        # Three pieces of 6 seconds, at two speeds, each way round, 15 tokens a second.
        self.assertAlmostEqual(len(rows.tokens), 6 * 15 * 2 * (1 + 1 / 0.8), delta=8)
        self.assertEqual([len(found) for found in rows.variants], [4, 4, 4])
        with mock.patch.object(train_transformer, "tokenized", side_effect=AssertionError):
            again = train_transformer.Rows(made, net, "cpu", (1.0, 0.8), folder)
        self.assertTrue(self.torch.equal(rows.tokens, again.tokens))
        self.assertEqual(rows.variants, again.variants)
        (folder / "checkpoint.pt").touch()
        other = MotionTokenizer([4, 3], 8, 8).eval()
        with self.assertRaisesRegex(SystemExit, "another corpus or tokenizer"):
            train_transformer.Rows(made, other, "cpu", (1.0, 0.8), folder)

    def test_a_step_of_the_tokenizer_tells_how_badly_each_window_came_back(self):
        import train_tokenizer
        from networks import MotionTokenizer

        windows = train_tokenizer.Windows(self.corpus({"stand": 4, "crawl": 1}), "cpu")
        truth, group = windows.draw(12, 16)
        net = MotionTokenizer([4, 3], 8, 8)
        loss, error = train_tokenizer.loss_of(windows, net, truth, self.torch.ones(self.rep.FEATURES))
        loss.backward()
        self.assertTrue(all(weight.grad is not None and weight.grad.isfinite().all() for weight in net.parameters()))
        self.assertEqual((error.shape, group.shape), ((12,), (12,)))
        self.assertGreater(error.min().item(), 0)

    def test_minutes_of_a_run_are_those_that_it_works(self):
        import time

        from training import Run

        run = Run(Path(tempfile.mkdtemp()), self.torch.nn.Linear(2, 2), 1e-3, 1.0, "cpu")
        time.sleep(0.3)
        self.assertLess(run.progress, 0.2 / 60)
        until = time.thread_time() + 0.3
        while time.thread_time() < until:
            pass
        self.assertGreater(run.progress, 0.3 / 60)

    def test_what_a_trainer_keeps_comes_back_in_place(self):
        from training import Run

        folder, net, kept = Path(tempfile.mkdtemp()), self.torch.nn.Linear(2, 2), self.torch.ones(3)
        run = Run(folder, net, 1e-3, 1e9, "cpu", kept={"error": kept})
        kept[1] = 5
        run.save()
        other = self.torch.ones(3)
        Run(folder, net, 1e-3, 1e9, "cpu", kept={"error": other})
        self.assertEqual(other.tolist(), [1, 5, 1])

    def corpus(self, secs, archives=("cmu",), minutes=None):
        """One piece of each action, a second of somebody who stands and is held out, and three captions."""
        from captions import Segment
        from corpus import Corpus, Piece, statistics

        pieces = []
        for row, (action, length) in enumerate(secs.items()):
            root, local = self.standing(30 * length)
            local[:, 16] = self.rep.quat_from_axis_angle(self.torch.randn(len(local), 3) * 0.2 + row)
            root[:, 2] += self.torch.arange(len(root)) / 30
            turned = self.torch.tensor([0.0, 0.3, 0.0]) * (self.torch.arange(len(root))[:, None] / 30)
            lying = self.rep.quat_from_axis_angle(self.torch.tensor([1.5 * (action == "crawl"), 0.0, 0.0]))
            local[:, 0] = self.rep.quat_multiply(self.rep.quat_from_axis_angle(turned), lying.expand(len(root), 4))
            pieces.append(Piece(f"0{row}_01", root, local, Segment(action), False))
        pieces.append(Piece("99_01", *self.standing(30), Segment("stand"), True))
        mean, std = statistics(pieces, "cpu")
        texts, spans = [[""], ["a person stands", "a person crawls"]], [[(0, 1)], [(1, 2), (3, 2)]]
        pools = [[1, 1] for _ in pieces]
        features = self.torch.randn(5, 384).half()
        return Corpus("starter", sorted(archives), minutes or {"cmu": 1.5}, pieces, mean, std, pools, [[0, 0]] * len(pieces), texts, spans, features)

    def runs(self, corpus):
        """Folders of a tokenizer, a transformer and an intent head that learned nothing."""
        from networks import FactoredTransformer, MotionTokenizer
        from train_intent import IntentHead
        from training import Run

        folder, told, levels = Path(tempfile.mkdtemp()), {"archives": corpus.archives}, [4, 3]
        network = FactoredTransformer(levels, 1, 2, 32, 384, 31)
        for name, net, config in (
            ("tokenizer", MotionTokenizer(levels, 8, 8, "silu"), {"levels": levels, "width": 8, "activation": "silu"}),
            ("transformer", network, {"levels": levels, **network.config}),
            ("intent", IntentHead(2, 1), {"actions": ["", "a person stands"], "manners": [""]}),
        ):
            run = Run(folder / name, net, 1e-3, 1e9, "cpu")
            run.report(1.0)
            run.save()
            (folder / name / "config.json").write_text(json.dumps({**config, **told}))
        return [folder / name for name in ("tokenizer", "transformer", "intent")]

    def test_a_model_folder_tells_its_archives_and_what_it_learned(self):
        import export

        minutes = {"cmu": 1.5, "g1_moves": 2.0}
        corpus = self.corpus({"stand": 4, "crawl": 1}, minutes, minutes)
        target = Path(tempfile.mkdtemp()) / "starter"
        runs = self.runs(corpus)
        export.export(corpus, *runs, target, "starter", dict(export.SAMPLING))
        model = json.loads((target / "model.json").read_text())
        self.assertEqual([archive["name"] for archive in model["archives"]], ["cmu", "g1_moves"])
        self.assertEqual(archives.of_weights(target), ["cmu", "g1_moves"])
        self.assertIn("G1 Moves", model["licence_note"])
        card = model["card"]
        # The motion that is there, neither its mirror images nor what was made of it.
        self.assertEqual(card["data_minutes"], round(sum(minutes.values())))
        self.assertIn("2 actions", card["can"])
        self.assertIn("crawl", card["can"])
        # Networks that learned nothing give nothing back.
        self.assertIn("cm off where somebody", card["cannot"])
        self.assertIn("crawl", card["cannot"])

    def test_minutes_are_those_that_were_captured_and_are_learned_from(self):
        import corpus
        import pack

        folder = Path(tempfile.mkdtemp())
        (folder / "clips.tsv").write_text("name\tpart\tperformer\nsubject 1\tval\tsubject 1\nsubject 2\ttrain\tsubject 2\n")
        root, local = self.standing(600)
        stands = [{"start_s": 0, "end_s": 10, "captions": ["a person stands and listens"]}, {"start_s": 5, "end_s": 15, "captions": ["a person stands and listens"]}]
        still = self.rep.axis_angle_from_quat(local).numpy()
        pack.write(folder / "a.pack", [("cmu", clip, root.numpy(), still, stands) for clip in ("01_01", "02_01")])
        pieces, minutes = corpus.build(folder / "a.pack", folder, compositions=0, chains=0)
        self.assertEqual(minutes, {"cmu": 0.25})
        self.assertGreater(sum(map(len, pieces)) / 30 / 60, 5, "and much is made of it")

    def test_nothing_foreign_gets_into_a_model_folder(self):
        import export

        made = self.corpus({"stand": 4, "crawl": 1})
        runs = self.runs(made)
        target = Path(tempfile.mkdtemp()) / "starter"
        for run in runs:
            config = (run / "config.json").read_text()
            (run / "config.json").write_text(config.replace('"cmu"', '"bandai_namco"'))
            with self.assertRaisesRegex(SystemExit, "bandai_namco"):
                export.export(made, *runs, target, "starter", dict(export.SAMPLING))
            self.assertFalse(target.exists())
            (run / "config.json").write_text(config)
        file = Path(tempfile.mkdtemp()) / "corpus.pt"
        self.corpus({"stand": 4, "crawl": 1}, ["cmu", "bandai_namco"]).save(file)
        import corpus
        from corpus import Corpus

        with mock.patch.object(corpus, "build", return_value=([], {"cmu": 1.0, "bandai_namco": 1.0})):
            with self.assertRaisesRegex(SystemExit, "bandai_namco"):
                Corpus.make("starter", "a.pack", "a dataset", "an encoder")
        with self.assertRaisesRegex(SystemExit, "bandai_namco"):
            Corpus.load(file)

    def test_a_run_that_is_told_to_end_saves_and_goes_on_with_the_same_numbers(self):
        import os
        import signal

        from training import Run

        def steps(run, net, count):
            for _ in range(count):
                run.update((net(self.torch.randn(4, 3)) ** 2).mean())

        def fresh():
            self.torch.manual_seed(1)
            return self.torch.nn.Linear(3, 2)

        before = signal.getsignal(signal.SIGTERM)
        self.addCleanup(signal.signal, signal.SIGTERM, before)
        # So long that the clock does not change the rate between the two.
        whole, cut = (Path(tempfile.mkdtemp()) for _ in range(2))
        net = fresh()
        steps(Run(whole, net, 1e-3, 1e9, "cpu"), net, 6)
        other = fresh()
        run = Run(cut, other, 1e-3, 1e9, "cpu")
        self.assertFalse(run.done)
        steps(run, other, 3)
        os.kill(os.getpid(), signal.SIGTERM)
        self.assertTrue(run.done and run.stopped)
        run.save()
        other = fresh()
        run = Run(cut, other, 1e-3, 1e9, "cpu")
        self.assertEqual((run.step, run.done), (3, False))
        steps(run, other, 3)
        self.assertLess((net.weight - other.weight).abs().max().item(), 1e-7)

    def test_acclaim_angles_turn_bones_as_bvh_does(self):
        import numpy as np

        import amc

        folder = Path(tempfile.mkdtemp())
        (folder / "a.asf").write_text(
            ":root\n order TX TY TZ RX RY RZ\n:bonedata\n begin\n id 1\n name lfemur\n direction 0.34202 -0.939693 0\n length 7\n axis 0 0 20 XYZ\n dof rx\n end\n"
            " begin\n id 2\n name ltibia\n direction 0.34202 -0.939693 0\n length 7\n axis 0 0 20 XYZ\n dof rx\n end\n:hierarchy\n begin\n root lfemur\n lfemur ltibia\n end\n"
        )
        (folder / "a.amc").write_text(":DEGREES\n1\nroot 0 10 0 0 90 0\nlfemur -90\nltibia 0\n")
        amc.to_bvh(folder / "a.asf", folder / "a.amc", folder / "a.bvh")
        text = (folder / "a.bvh").read_text()
        self.assertIn("Frames: 1", text)
        numbers = [float(number) for number in text.strip().splitlines()[-1].split()]
        turn = amc.euler(numbers[5:2:-1]) @ amc.euler(numbers[8:5:-1])
        thigh = turn @ np.array([0.34202, -0.939693, 0.0])
        # Bent 90 degrees ahead about its own axis, then turned to the left with the root: ahead is +X now.
        self.assertGreater(thigh[0], 0.9)
        self.assertAlmostEqual(float(numbers[1]), 10 * amc.UNIT_CM, places=2)


if __name__ == "__main__":
    unittest.main()
