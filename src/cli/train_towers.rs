//! `melody train-towers`: what a trained model retrieves songs with.

use std::ops::ControlFlow;

use super::arguments::TrainTowers;
use super::failure::Failure;
use super::progress::Bars;
use super::say::{say, say_json};
use melody_lab::reports::{TowersWanted, deliver_towers};
use melody_lab::retrieval::{BROUGHT, PLACES, Recall};
use melody_model::Backend;

pub(super) fn run(arguments: &TrainTowers) -> Result<(), Failure> {
    let wanted = TowersWanted {
        model: arguments.model.clone(),
        catalogue: arguments.catalogue.clone(),
        log: arguments.log.clone(),
        backend: Backend::from(arguments.device),
        out: arguments.out.clone(),
    };
    let mut bars = Bars::default();
    let report = deliver_towers(&wanted, &mut |stage| {
        bars.show(&stage);
        ControlFlow::Continue(())
    })?;
    if arguments.json {
        return say_json(&report);
    }
    let last = report.losses.last().copied().unwrap_or_default();
    say!(
        "learned from {} moments: losses {:.4} (order) {:.4} (enjoyed) {:.4} (skipped)",
        report.moments,
        last.order,
        last.enjoyed,
        last.skipped
    )?;
    print(&report.recall)?;
    say!("\nwrote {}", arguments.out.display())?;
    Ok(())
}

fn print(recall: &Recall) -> Result<(), Failure> {
    say!(
        "\nrecall at {} moments of listeners not learned from, of {} songs",
        recall.moments,
        recall.songs
    )?;
    let title = format!("network's {PLACES}");
    say!("{:>8} {title:>14} {:>10} {:>10}", "brought", "enjoyed", "by chance")?;
    for (i, brought) in BROUGHT.iter().enumerate() {
        say!(
            "{brought:>8} {:>14.3} {:>10.3} {:>10.3}",
            recall.of_network[i],
            recall.of_enjoyed[i],
            recall.by_chance[i]
        )?;
    }
    Ok(())
}
