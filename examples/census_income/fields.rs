//! The 42 fields of a row of Census-Income (KDD), in the order of the file, and the labels made of
//! them.

/// What a field is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// One of a few texts.
    Category,
    /// A small whole number: as a number, and each value as a category too.
    Count,
    /// An amount of money, zero for most: its logarithm as a number.
    Amount,
    /// What a label of some task pair is made of, so never a feature of any.
    Answer,
    /// Not a property of the person: how many people the row stands for. The survey's documentation
    /// rules it out for classifiers.
    Weight,
}

use Role::{Amount, Answer, Category, Count, Weight};

pub(crate) const FIELDS: [(&str, Role); 42] = [
    ("age", Count),
    ("class of worker", Category),
    ("industry code", Category),
    ("occupation code", Category),
    ("education", Answer),
    ("wage per hour", Amount),
    ("enrolled last week", Category),
    ("marital status", Answer),
    ("major industry", Category),
    ("major occupation", Category),
    ("race", Category),
    ("hispanic origin", Category),
    ("sex", Category),
    ("union member", Category),
    ("reason for unemployment", Category),
    ("full or part time", Category),
    ("capital gains", Amount),
    ("capital losses", Amount),
    ("dividends", Amount),
    ("tax filer status", Category),
    ("region of previous residence", Category),
    ("state of previous residence", Category),
    ("household and family, detailed", Category),
    ("household, summary", Category),
    ("instance weight", Weight),
    ("migration between cities", Category),
    ("migration between regions", Category),
    ("migration within region", Category),
    ("same house a year ago", Category),
    ("previous residence in sunbelt", Category),
    ("persons at employer", Count),
    ("family members under 18", Category),
    ("father's country", Category),
    ("mother's country", Category),
    ("own country", Category),
    ("citizenship", Category),
    ("own business", Category),
    ("veterans' questionnaire", Category),
    ("veterans' benefits", Category),
    ("weeks worked", Count),
    ("year", Category),
    ("income", Answer),
];

const EDUCATION: usize = 4;
const MARITAL: usize = 7;
const INCOME: usize = 41;

impl Role {
    /// Whether its text is looked up in the table of categories.
    pub(crate) fn is_category(self) -> bool {
        matches!(self, Category | Count)
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Count | Amount)
    }
}

/// Number of fields that `which` holds for.
pub(crate) fn count(which: impl Fn(Role) -> bool) -> usize {
    FIELDS.iter().filter(|(_, role)| which(*role)).count()
}

/// What is to be told of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    /// More than 50,000 dollars a year.
    Income,
    /// At least some college.
    Education,
    NeverMarried,
}

pub(crate) const LABELS: [Label; 3] = [Label::Income, Label::Education, Label::NeverMarried];

/// Education below college; all other values are of college, with or without a degree.
const BELOW_COLLEGE: [&str; 10] = [
    "Children",
    "Less than 1st grade",
    "1st 2nd 3rd or 4th grade",
    "5th or 6th grade",
    "7th and 8th grade",
    "9th grade",
    "10th grade",
    "11th grade",
    "12th grade no diploma",
    "High school graduate",
];

const COLLEGE: [&str; 7] = [
    "Some college but no degree",
    "Associates degree-occup /vocational",
    "Associates degree-academic program",
    "Bachelors degree(BA AB BS)",
    "Masters degree(MA MS MEng MEd MSW MBA)",
    "Prof school degree (MD DDS DVM LLB JD)",
    "Doctorate degree(PhD EdD)",
];

const NEVER_MARRIED: &str = "Never married";
const ONCE_MARRIED: [&str; 6] = [
    "Divorced",
    "Married-A F spouse present",
    "Married-civilian spouse present",
    "Married-spouse absent",
    "Separated",
    "Widowed",
];

const LOW_INCOME: &str = "- 50000.";
const HIGH_INCOME: &str = "50000+.";

impl Label {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Label::Income => "income over 50K",
            Label::Education => "college",
            Label::NeverMarried => "never married",
        }
    }

    /// The field it is read from.
    pub(crate) fn field(self) -> usize {
        match self {
            Label::Income => INCOME,
            Label::Education => EDUCATION,
            Label::NeverMarried => MARITAL,
        }
    }

    /// The values of the field for which it holds, and those for which it does not.
    fn values(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Label::Income => (&[HIGH_INCOME], &[LOW_INCOME]),
            Label::Education => (&COLLEGE, &BELOW_COLLEGE),
            Label::NeverMarried => (&[NEVER_MARRIED], &ONCE_MARRIED),
        }
    }

    /// What a value of its field says; `None` for a value the survey does not have.
    pub(crate) fn of(self, value: &str) -> Option<bool> {
        let (yes, no) = self.values();
        if yes.contains(&value) { Some(true) } else { no.contains(&value).then_some(false) }
    }
}
