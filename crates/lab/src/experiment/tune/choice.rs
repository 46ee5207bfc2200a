//! What a search chooses for each group, of all that its listeners have met.

use std::collections::BTreeMap;

use super::draw::{draw, place};
use super::group::Group;
use super::orders::Orders;
use super::part::Part;
use super::surface::{Expected, Surface};
use super::value::Worth;
use melody_recommender::policy::Settings;

/// Draws that the surface chooses from.
const CONSIDERED: u32 = 4096;

/// What a search chose for a group.
pub(super) struct Best {
    pub draw: u32,
    pub expected: Expected,
    pub order_cost: f64,
}

/// What draws are made of: what is there, the part that is searched, and the seed.
#[derive(Clone, Copy)]
pub(super) struct Drawn<'a> {
    pub settings: &'a Settings,
    pub part: Part,
    pub seed: u64,
}

/// The best draw of each group, with the gain expected of it. Completion may be `margin` below what it is without
/// promotion.
pub(super) fn choose(
    Drawn { settings, part, seed }: Drawn,
    groups: BTreeMap<String, Group>,
    (natural, margin): (&[Worth], f64),
    orders: &Orders,
) -> BTreeMap<String, Best> {
    let mut chosen = settings.clone();
    let best = groups.into_iter().map(|(name, group)| {
        let at = |number: u32| {
            let mut drawn = settings.clone();
            draw(&mut drawn, part, &name, seed, number);
            place(&drawn, part, &name)
        };
        let surface = Surface::new(at(0), &group.met);
        let slack = margin + group.kept(natural);
        let sought = |number: u32| surface.at(&at(number)).sought(slack);
        let mut all: Vec<(f64, u32)> =
            (0..CONSIDERED).map(|number| (sought(number), number)).collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let with = |number: u32| {
            let mut with = chosen.clone();
            draw(&mut with, part, &name, seed, number);
            with
        };
        // What is there, number 0, breaks none.
        let kept = all.iter().find(|(_, number)| orders.hold(&with(*number)));
        let number = kept.map_or(0, |(_, number)| *number);
        let expected = |number: u32| surface.at(&at(number)).value;
        let free = all.first().map_or(0, |(_, number)| *number);
        let best = Best {
            draw: number,
            expected: expected(number),
            order_cost: (expected(free).mean - expected(number).mean).max(0.0),
        };
        chosen = with(number);
        (name, best)
    });
    best.collect()
}
