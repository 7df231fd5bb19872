// Package bot is the conversation without a platform: messages as structure, the platform contract and its
// error classes, and how an incident becomes a card. Decisions are made here; how a message is spelled is the
// adapter's. discord, telegram and console below it translate to one platform each and nothing else.
//
// Texts from outside are data: Card, Reply and Announcement pass each of them through Plain, and so does an
// adapter that prints to something which obeys control characters. To add a platform, implement Platform in a
// folder of its own and put it through bottest.
package bot
