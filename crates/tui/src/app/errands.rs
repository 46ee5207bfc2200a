//! Everything that is worked out elsewhere while the screen goes on, in one list: what has come is taken
//! in a frame at a time, or waited for.

use std::time::Duration;

use super::simulator::App;
use crate::command::Tab;
use crate::desk::background::Pending;
use crate::desk::comparing::Comparing;
use crate::desk::reopening::Arriving;
use crate::desk::weeks::Weeks;
use crate::tour::guide::Guide;

/// How long a step is looked at until it is asked what takes the work of many: nobody reads sooner, and of steps that fly
/// by it would keep every core from the next ones.
const LOOKED_AT: Duration = Duration::from_millis(200);

/// Something that is worked out elsewhere.
struct Errand {
    /// Whether it is under way.
    away: fn(&App) -> bool,
    /// Takes in what has come of it by now, and asks for what the view on screen needs of it.
    ready: fn(&mut App, Duration),
    /// The same, waiting for all of it.
    wait: fn(&mut App),
}

/// Every errand, in the order their outcomes are taken in: those that bring another session come before
/// those that go by what the session has come to.
const ERRANDS: [Errand; 12] = [
    Errand {
        away: |app| app.arriving.is_some(),
        ready: |app, _| app.arrive(Arriving::ready),
        wait: |app| app.arrive(Arriving::wait),
    },
    Errand {
        away: |app| app.listing.is_some(),
        ready: |app, _| app.list(Pending::ready),
        wait: |app| app.list(Pending::wait),
    },
    Errand {
        away: |app| app.guide.as_ref().is_some_and(Guide::busy),
        ready: App::follow_guide,
        wait: App::settle_guide,
    },
    Errand {
        away: |app| app.exporting.is_some(),
        ready: |app, _| app.hand_out(Pending::ready),
        wait: |app| app.hand_out(Pending::wait),
    },
    // Before the session goes on: a version that has come takes over as the next song ends.
    Errand {
        away: |app| app.session.looks_for_version(),
        ready: App::look_for_version,
        wait: App::settle_version,
    },
    Errand { away: |app| app.session.deciding(), ready: App::play_on, wait: App::settle_session },
    Errand {
        away: |app| app.explaining.waits(),
        ready: |app, elapsed| app.ask_explanation(app.stays(elapsed)),
        wait: |app| app.settle_inquiry(App::ask_explanation, |app| app.explaining.settle()),
    },
    Errand {
        away: |app| app.what_if.waits(),
        ready: |app, elapsed| app.ask_what_if(app.stays(elapsed)),
        wait: |app| app.settle_inquiry(App::ask_what_if, |app| app.what_if.settle()),
    },
    Errand {
        away: |app| app.comparing.as_ref().is_some_and(Comparing::waits),
        ready: |app, _| app.compare_on(Comparing::advance),
        wait: |app| app.compare_on(Comparing::settle),
    },
    Errand {
        away: |app| app.looks_at_weeks() && app.weeks.as_ref().is_some_and(Weeks::waits),
        ready: |app, elapsed| {
            app.go_on_over_weeks(|weeks, looked_at| weeks.advance(looked_at, elapsed))
        },
        wait: |app| {
            app.go_on_over_weeks(|weeks, looked_at| if looked_at { weeks.settle() } else { None })
        },
    },
    Errand {
        away: |app| app.session.regrets().working(),
        ready: |app, _| app.regret(),
        wait: App::settle_regret,
    },
    Errand {
        away: |app| app.tab == Tab::Bandit && app.others.waits(),
        ready: |app, elapsed| app.ask_others(app.stays(elapsed)),
        wait: |app| app.settle_inquiry(App::ask_others, |app| app.others.settle()),
    },
];

impl App {
    /// Whether anything on screen moves by itself.
    pub fn moves(&self) -> bool {
        let away = ERRANDS.iter().any(|errand| (errand.away)(self));
        let log = self.log_standing() != self.log_seen;
        self.session.playing || away || log || self.turns() || self.fresh() > 0.0
    }

    /// Lets real time pass.
    pub fn tick(&mut self, elapsed: Duration) {
        self.tell_of_log();
        self.log_seen = self.log_standing();
        self.mind_kiosk(elapsed);
        for errand in &ERRANDS {
            (errand.ready)(self, elapsed);
        }
        self.mind_tour(elapsed);
        self.look_on(elapsed);
        self.let_go_of_message(elapsed);
    }

    /// Whether the step looked at has been for long enough to be asked all about, with the time that has passed now.
    fn stays(&self, elapsed: Duration) -> bool {
        let (step, stayed) = self.stayed;
        step == self.step() && stayed + elapsed >= LOOKED_AT
    }

    /// Lets the eye follow what is new for a while.
    pub(super) fn look_on(&mut self, elapsed: Duration) {
        let newest = self.session.trace().step;
        let stays = self.seen.0 == newest;
        self.seen = (newest, if stays { self.seen.1 + elapsed } else { Duration::ZERO });
        let step = self.step();
        let stays = self.stayed.0 == step;
        self.stayed = (step, if stays { self.stayed.1 + elapsed } else { Duration::ZERO });
    }

    /// Waits for everything that is being worked out.
    pub fn settle(&mut self) {
        for errand in &ERRANDS {
            (errand.wait)(self);
        }
    }

    /// Lets the session play on for a while of real time.
    fn play_on(&mut self, elapsed: Duration) {
        let happening = self.session.advance(elapsed);
        self.tell(happening);
    }

    /// Looks for versions of the model, and says what is wrong with them.
    fn look_for_version(&mut self, elapsed: Duration) {
        let problems = self.session.look_for_version(elapsed);
        self.tell_of_versions(problems);
    }

    fn settle_version(&mut self) {
        let problems = self.session.settle_version();
        self.tell_of_versions(problems);
    }

    fn settle_session(&mut self) {
        let happenings = self.session.settle();
        self.tell(happenings);
    }

    /// Waits for the answer to a question that is under way, and to the one there is now.
    fn settle_inquiry(&mut self, ask: fn(&mut App, bool), settle: fn(&mut App)) {
        for _ in 0..2 {
            ask(self, true);
            settle(self);
        }
    }

    /// Asks for the account that the Explain view shows, and for what brought the song there where the step `stays`.
    fn ask_explanation(&mut self, stays: bool) {
        if self.tab != Tab::Explain {
            return;
        }
        let entry = self.trace().queue.get(self.selected_place());
        let selected = entry.and_then(|entry| self.session.find(&entry.song.id));
        if let Some(song) = self.explaining.looked_up.or(selected) {
            let step = self.step();
            // Another song's account is read from its beginning.
            if self.explaining.turns_to(song) {
                self.scroll[Tab::Explain.index()] = 0;
            }
            self.explaining.ask(self.session.timeline(), step, song, stays);
        }
    }

    /// Asks what the sliders of the What-if view would lead to, over their whole range where the step `stays`.
    fn ask_what_if(&mut self, stays: bool) {
        if self.tab == Tab::WhatIf {
            self.what_if.ask(self.session.timeline(), self.step(), stays);
        }
    }

    /// Works out what one more decision left lying, where the bandit is shown.
    fn regret(&mut self) {
        if self.tab == Tab::Bandit {
            self.session.regret();
        }
    }

    fn settle_regret(&mut self) {
        if self.tab == Tab::Bandit {
            self.session.settle_regret();
        }
    }

    /// Asks what other policies would have earned up to the step looked at, where it `stays`.
    fn ask_others(&mut self, stays: bool) {
        if self.tab != Tab::Bandit {
            return;
        }
        if !stays {
            return self.others.take_in();
        }
        let step = self.step();
        let regrets = self.session.regrets().before(self.trace().bandit.since);
        self.others.ask(self.session.timeline(), step, regrets);
    }
}
