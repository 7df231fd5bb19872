// Package bot is the conversation without a platform: messages as structure, the platform contract and its
// error classes, how an incident becomes a card, and Talk, which answers what people ask. Decisions are made here: who
// may do what, what is answered and in which words. How a message is spelled is the adapter's: discord, telegram and
// console below it translate to one platform each and nothing else.
//
// Texts from outside are data: Card, Reply and Announcement pass each of them through Plain, and so does an
// adapter that prints to something which obeys control characters.
//
// To add a command, write a method that returns its Command and name it in Talk's table: menus, help, typed lines,
// buttons and suggestions follow from there. Doing it twice must come to the same, for a request may be delivered
// twice. To add a platform, implement Listener in a folder of its own and put it through both suites of bottest.
package bot
