//! Reports: the page's JSON against the file it is made of, and names that would do harm.

mod page;
