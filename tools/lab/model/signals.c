// SPDX-License-Identifier: GPL-2.0
#include "lines.h"
#include "link.h"
#include "log.h"
#include "signals.h"

struct signal {
	u64 addr;
	u32 data;
	unsigned int func;	/* to the host */
	u32 reset_count;	/* of that function */
	unsigned int line;
	bool local;
};

_Static_assert(sizeof(struct signal) <= LATER_DATA, "a signal can wait");

/* Of a function that the board has; what others send is nobody's. */
static u32 reset_count_of(const struct ctlr *c, unsigned int func)
{
	return func < c->board.functions ? c->fn[func].reset_count : 0;
}

static void deliver(void *arg, const void *data)
{
	const struct signal *sig = data;
	struct ctlr *c = arg;

	if (sig->local)
		lines_raise_dma(c, sig->line);
	else if (sig->reset_count == reset_count_of(c, sig->func))
		link_message(c, sig->func, sig->addr, sig->data);
}

static u32 delay(struct signals *s)
{
	return s->random ? chance_below(&s->ctlr->chance, s->late + 1) :
	       s->late;
}

static void post(struct signals *s, const struct signal *sig)
{
	struct later *l = &s->ctlr->later;
	u64 due = l->now + delay(s);

	if (due < s->last)
		due = s->last;
	s->last = due;
	if (due == l->now)
		deliver(s->ctlr, sig);
	else
		later_add(l, due, deliver, s->ctlr, sig, sizeof(*sig));
}

static void send(struct signals *s, const struct signal *sig)
{
	struct chance *chance = &s->ctlr->chance;
	struct later *l = &s->ctlr->later;

	if (s->lost) {
		s->lost--;
		log_limited(&s->ctlr->faults, "fault: interrupt lost");
		return;
	}
	post(s, sig);
	if (chance_hits(chance, s->doubled))
		post(s, sig);
	if (chance_hits(chance, s->stale))
		later_add(l, s->last + 1 + chance_below(chance, SIGNALS_STALE),
			  deliver, s->ctlr, sig, sizeof(*sig));
}

void signals_local(struct signals *s, unsigned int line)
{
	send(s, &(struct signal){ .local = true, .line = line });
}

void signals_host(struct signals *s, unsigned int func, u64 addr, u32 data)
{
	send(s, &(struct signal){
		.func = func,
		.reset_count = reset_count_of(s->ctlr, func),
		.addr = addr,
		.data = data,
	});
}
