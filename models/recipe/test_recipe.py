"""What needs no motion capture: `python -m unittest test_recipe`. The classes about motion need torch and are skipped without."""

import importlib.util
import json
import random
import tempfile
import unittest
from pathlib import Path

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
