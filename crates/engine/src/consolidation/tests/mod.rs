mod beliefs;
mod contradictions;
mod fixture;
mod health;
mod identity;
mod reading;
mod regularity;
mod schedule;
