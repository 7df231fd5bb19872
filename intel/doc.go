// Package intel is Faultline's ground floor: the words every other room uses. It imports the standard
// library only and holds no behaviour that needs a clock, a network or a store.
//
// # Glossary
//
//   - Observation: one thing seen in the outside world, with its own time, the time it became known, and a
//     stable key. Its body is an [Article], [Block], [Bar], [Outage], [Hazard], [Count], [Listing] or [Silence].
//   - Tick: one per minute of known time; the only thing that says "now".
//   - Signal: what a detector says about the world: [Kind], [Phase], places, assets, magnitude, claim.
//   - Incident: signals about the same happening, with a life and revisions.
//   - Evidence: how sure the happening itself is, from [Rumour] to [Measured], or [Contradicted].
//   - Claim and [Measurement]: what a source says and what an instrument shows; two different fields, always.
//   - Exposure: what a place means for the network, as last published at that moment.
//   - Severity: [Info] to [Critical]; a published function of kind, magnitude, exposure, evidence and phase.
//   - Notice: what changed in an incident that people should hear.
//   - Audience: who may hear of it: [Everyone], or one server whose admins added a feed of their own.
//   - Subscription: a chat, a [Filter], and how it wants to be told.
//   - Destination: a chat, and a thread or topic in it.
//   - Card: one incident at one destination: the revision wanted, told and last spoken of.
//   - Announcement: a one-off message for one destination with its own key.
//
// Ratios are fractions of one: -0.045 is minus 4.5 %. Times are UTC. Countries are ISO 3166-1 alpha-2 codes,
// or "EU" for the bloc.
package intel
