//! The rest pose as a tree of lengths, and limbs that are alike in it.

use crate::motion::rig::Rig;
use glam::Vec3;

/// How different two bones of twin limbs may be: a share of the longer one, and of the whole rig's extent.
const BONES_ALIKE: (f32, f32) = (0.12, 0.01);
/// How far the end of a limb may be from the mirror image of its twin's, as a share of its length: rest poses need not be symmetric.
const MIRRORED_WITHIN: f32 = 0.35;
/// Limbs have fewer joints than this; more are a chain or a hostile file.
const LONGEST_CHAIN: usize = 48;
/// Of more than this many branches of one joint the longest are looked at.
const MOST_BRANCHES: usize = 32;

pub(super) struct Tree<'a> {
    pub(super) rig: &'a Rig,
    pub(super) at: Vec<Vec3>,
    /// The longest first.
    pub(super) children: Vec<Vec<usize>>,
    /// The longest way from each joint to an end below it.
    pub(super) reach: Vec<f32>,
    /// The diagonal of the box around all joints.
    pub(super) extent: f32,
}

/// Two limbs that part at a joint, joint by joint as far as they are alike.
#[derive(Clone, Debug)]
pub(super) struct Twins {
    pub(super) above: usize,
    pub(super) chains: [Vec<usize>; 2],
}

/// Ends of bones, which are no joints.
fn is_end(rig: &Rig, joint: usize) -> bool {
    let name = rig.names()[joint].to_lowercase();
    ["_end", "end site", "nub", "_end_jnt"].iter().any(|ending| name.ends_with(ending))
}

impl<'a> Tree<'a> {
    pub(super) fn new(rig: &'a Rig) -> Self {
        let at = rig.rest_world().positions;
        let mut children = vec![Vec::new(); rig.len()];
        for joint in 0..rig.len() {
            if let Some(parent) = rig.parents()[joint].filter(|_| !is_end(rig, joint)) {
                children[parent].push(joint);
            }
        }
        let mut reach = vec![0.0_f32; rig.len()];
        for joint in (0..rig.len()).rev() {
            let below = |child: &usize| reach[*child] + at[joint].distance(at[*child]);
            children[joint].sort_by(|a, b| below(b).total_cmp(&below(a)));
            reach[joint] = children[joint].first().map_or(0.0, below);
        }
        let (least, most) = at.iter().fold((Vec3::INFINITY, Vec3::NEG_INFINITY), |(least, most), at| (least.min(*at), most.max(*at)));
        Self { rig, at, children, reach, extent: (most - least).length() }
    }

    /// The way from a joint to its farthest end.
    pub(super) fn chain(&self, from: usize) -> Vec<usize> {
        std::iter::successors(Some(from), |joint| self.children[*joint].first().copied()).collect()
    }

    /// Length of the bone above a joint.
    fn bone(&self, joint: usize) -> f32 {
        self.rig.parents()[joint].map_or(0.0, |parent| self.at[parent].distance(self.at[joint]))
    }

    /// A joint and those above it, nearest first.
    pub(super) fn at_or_above(&self, joint: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::once(joint).chain(self.rig.ancestors(joint))
    }

    /// How far the farthest joint at or below a joint is from a place in a direction.
    pub(super) fn farthest(&self, joint: usize, from: Vec3, direction: Vec3) -> f32 {
        let (mut farthest, mut open) = (f32::NEG_INFINITY, vec![joint]);
        while let Some(joint) = open.pop() {
            farthest = farthest.max((self.at[joint] - from).dot(direction));
            open.extend(&self.children[joint]);
        }
        farthest
    }

    /// The twin limbs of at least three joints, longer than a share of the extent.
    pub(super) fn twins(&self, shortest: f32) -> Vec<Twins> {
        let mut found = Vec::new();
        for (above, children) in self.children.iter().enumerate() {
            let limbs: Vec<usize> =
                children.iter().copied().filter(|limb| self.reach[*limb] > shortest * self.extent).take(MOST_BRANCHES).collect();
            for (place, first) in limbs.iter().enumerate() {
                for second in &limbs[place + 1..] {
                    found.extend(self.alike(above, [*first, *second], shortest));
                }
            }
        }
        found
    }

    fn alike(&self, above: usize, [first, second]: [usize; 2], shortest: f32) -> Option<Twins> {
        let (length, mut chains) = self.common(first, second, LONGEST_CHAIN);
        chains.iter_mut().for_each(|chain| chain.reverse());
        let ends = [0, 1].map(|side| chains[side].last().map_or(Vec3::ZERO, |end| self.at[*end]));
        let across = (self.at[first] - self.at[second]).try_normalize()?;
        let middle = 0.5 * (self.at[first] + self.at[second]);
        let image = ends[0] - 2.0 * (ends[0] - middle).dot(across) * across;
        let are_limbs = chains[0].len() >= 3 && length > shortest * self.extent;
        (are_limbs && image.distance(ends[1]) < MIRRORED_WITHIN * length).then_some(Twins { above, chains })
    }

    /// The longest way down from two joints on which the bones of the one are as long as those of the other, from its end: what a hand
    /// holds has no like on the other side.
    fn common(&self, first: usize, second: usize, most: usize) -> (f32, [Vec<usize>; 2]) {
        let mut longest = (0.0, [Vec::new(), Vec::new()]);
        let mut free: Vec<usize> = self.children[second].iter().copied().take(MOST_BRANCHES).collect();
        for &child in self.children[first].iter().take(if most > 1 { MOST_BRANCHES } else { 0 }) {
            let unlike =
                |other: &usize| (self.bone(child) - self.bone(*other)).abs() + 0.1 * (self.reach[child] - self.reach[*other]).abs();
            let nearest = free.iter().enumerate().min_by(|a, b| unlike(a.1).total_cmp(&unlike(b.1)));
            let Some((place, &other)) = nearest else { break };
            let most_apart = BONES_ALIKE.0 * self.bone(child).max(self.bone(other)) + BONES_ALIKE.1 * self.extent;
            if (self.bone(child) - self.bone(other)).abs() > most_apart {
                continue;
            }
            free.swap_remove(place);
            let (below, chains) = self.common(child, other, most - 1);
            if below + self.bone(child) > longest.0 || longest.1[0].is_empty() {
                longest = (below + self.bone(child), chains);
            }
        }
        longest.1[0].push(first);
        longest.1[1].push(second);
        longest
    }
}
