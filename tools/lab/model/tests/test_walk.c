// SPDX-License-Identifier: GPL-2.0
/*
 * The walk through a list without any registers: what it tells its owner, and
 * in which order.
 */
#include "lists.h"
#include "tap.h"

static char told[64];
static u64 after;

static void note(const char *what)
{
	strncat(told, what, sizeof(told) - strlen(told) - 1);
}

static bool on_done(struct walk *w, u32 control, u64 next)
{
	note(walk_runs(w) ? "done " : "last ");
	if (control & LIE)
		note("LIE ");
	after = next;
	return control & (LIE | RIE);
}

static void on_stopped(struct walk *w)
{
	note(w->state == WALK_STOPPED ? "stopped" : "?");
}

static void on_aborted(struct walk *w, enum walk_error error)
{
	static const char * const errors[] = {
		[WALK_ERROR_DATA] = "data",
		[WALK_ERROR_LIST] = "list",
		[WALK_ERROR_LINK] = "link",
	};

	note(w->state == WALK_HALTED ? "aborted " : "?");
	note(errors[error]);
}

static const struct walk_ops ops = {
	.done = on_done,
	.stopped = on_stopped,
	.aborted = on_aborted,
};

static struct walk open_walk(struct rig *r, enum dma_dir dir)
{
	rig_open(r, "generic");
	told[0] = '\0';
	return (struct walk){
		.ctlr = r->c, .ops = &ops, .dir = dir, .list = true,
		.cycle = true, .llp = LIST,
	};
}

static const char *run(struct walk *w)
{
	told[0] = '\0';
	walk_start(w);
	while (walk_step(w))
		;
	return told;
}

/* The kernel's driver writes the next list when it is told of the last element.
 * One that is longer by an element has it where the link was. */
TEST(walk_into_the_next_list)
{
	struct rig r;
	struct walk w = open_walk(&r, DMA_WRITE);
	u32 mode;

	for (mode = DONE_ORDER_EARLY; mode <= DONE_ORDER_LATE; mode++) {
		r.c->modes.v[MODE_DONE_ORDER] = mode;
		element(&r, LIST, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
		link_to(&r, LIST + 24, TCB, LIST);
		w.llp = LIST;
		w.cycle = true;
		told[0] = '\0';
		walk_start(&w);
		while (!strstr(told, "LIE") && walk_step(&w))
			;
		element(&r, LIST + 24, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
		link_to(&r, LIST + 48, TCB, LIST);
		while (walk_step(&w))
			;
		CHECK(!strcmp(told, mode == DONE_ORDER_EARLY ?
			      "done LIE done stopped" : "last LIE stopped"));
	}
	rig_close(&r);
}

/* A step before the engine looks on: a list that is refilled right then has
 * no end to tell of. */
TEST(walk_tells_early)
{
	struct rig r;
	struct walk w = open_walk(&r, DMA_WRITE);

	r.c->modes.v[MODE_DONE_ORDER] = DONE_ORDER_EARLY;
	element(&r, LIST, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	CHECK(!strcmp(run(&w), "done LIE stopped"));
	CHECK_EQ(after, LIST + 24);
	w.llp = LIST;
	told[0] = '\0';
	walk_start(&w);
	CHECK(walk_step(&w));
	CHECK(walk_step(&w));
	CHECK(!strcmp(told, "done LIE "));
	element(&r, LIST + 24, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	CHECK(walk_step(&w));
	CHECK(walk_step(&w));
	CHECK(!strcmp(told, "done LIE done "));
	rig_close(&r);
}

TEST(walk_tells_late)
{
	struct rig r;
	struct walk w = open_walk(&r, DMA_WRITE);

	element(&r, LIST, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	element(&r, LIST + 24, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	CHECK(!strcmp(run(&w), "done last LIE stopped"));
	CHECK_EQ(after, LIST + 48);
	CHECK_EQ(w.llp, LIST + 48);
	/* the place behind an element is not yet where a link leads to */
	w.llp = LIST;
	link_to(&r, LIST + 48, TCB, LIST);
	run(&w);
	CHECK_EQ(after, LIST + 48);
	CHECK_EQ(w.llp, LIST);
	CHECK(!w.cycle);
	/* an error of the list is told after what was done before */
	w.cycle = true;
	link_to(&r, LIST + 48, 0, 0);
	CHECK(!strcmp(run(&w), "done last LIE aborted list"));
	rig_close(&r);
}

TEST(walk_without_list)
{
	struct rig r;
	struct walk w = open_walk(&r, DMA_READ);

	w.list = false;
	w.size = 3;
	w.sar = HOST_RAM + SRC;
	w.dar = EP_RAM + DST;
	w.control = LIE;
	memcpy(r.host_ram + SRC, "abc", 3);
	CHECK(!strcmp(run(&w), "last LIE stopped"));
	CHECK(!memcmp(r.ep_ram + DST, "abc", 3));
	CHECK_EQ(w.size, 0);
	rig_close(&r);
}

TEST(walk_of_no_bytes)
{
	struct rig r;
	struct walk w = open_walk(&r, DMA_READ);

	w.list = false;
	CHECK(!strcmp(run(&w), "aborted data"));
	CHECK_EQ(rig_count(&r, CNT_VIOL_LIST), 1);
	r.c->modes.v[MODE_BAD_ELEMENT] = BAD_ELEMENT_PASSES;
	CHECK(!strcmp(run(&w), "last stopped"));
	CHECK_EQ(rig_count(&r, CNT_VIOL_LIST), 2);
	rig_close(&r);
}

TEST(walk_errors)
{
	struct rig r;
	struct walk w = open_walk(&r, DMA_READ);

	element(&r, LIST, CB, 8, HOST_RAM + SRC, 0);
	CHECK(!strcmp(run(&w), "aborted data"));
	element(&r, LIST, CB, 8, 0, EP_RAM + DST);
	w.llp = LIST;
	CHECK(!strcmp(run(&w), "aborted link"));
	w.dir = DMA_WRITE;
	r.c->modes.v[MODE_WRITE_FAULT] = WRITE_FAULT_ABORTS;
	element(&r, LIST, CB, 8, EP_RAM + SRC, 0);
	w.llp = LIST;
	CHECK(!strcmp(run(&w), "aborted data"));
	w.llp = 0;
	CHECK(!strcmp(run(&w), "aborted list"));
	rig_close(&r);
}

/* A list does not go on at address 0 where addresses end. */
TEST(walk_at_the_end_of_addresses)
{
	struct rig r;
	struct walk w = open_walk(&r, DMA_WRITE);
	u8 *end = r.ep_ram + 0x2000;

	CHECK(!guestmem_map(&r.c->ep.mem, 0 - 0x1000ull, 0x1000,
			    GUESTMEM_READ, r.ep_mem_fd, 0x1000));
	CHECK(!guestmem_map(&r.c->ep.mem, 0, 0x1000, GUESTMEM_READ,
			    r.ep_mem_fd, 0x2000));
	element(&r, EP_RAM + 0x1ffc, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	CHECK_EQ(get32(end - 4), CB);
	w.llp = UINT64_MAX - 3;
	CHECK(!strcmp(run(&w), "aborted list"));
	rig_close(&r);
}

/* A stop ends it at once, a drain between two bursts; stuck, it does neither;
 * its faults outlive a reset. */
TEST(walk_drain_and_faults)
{
	struct rig r;
	struct walk w = open_walk(&r, DMA_WRITE);

	element(&r, LIST, CB, 4 * BURST_MAX, EP_RAM + SRC, HOST_RAM + DST);
	walk_start(&w);
	CHECK(walk_step(&w));
	CHECK(walk_step(&w));
	walk_switch(&w, false);
	w.stuck = true;
	CHECK(!walk_step(&w));
	CHECK(!walk_stop(&w));
	CHECK(walk_runs(&w));
	w.stuck = false;
	CHECK(walk_step(&w));
	CHECK(!strcmp(told, "stopped"));
	CHECK_EQ(w.size, 3 * BURST_MAX);
	CHECK(!walk_stop(&w));
	walk_start(&w);
	CHECK(walk_stop(&w));
	CHECK(!walk_runs(&w));

	w.fail = true;
	w.stuck = true;
	walk_reset(&w);
	CHECK_EQ(w.state, WALK_IDLE);
	CHECK(w.fail && w.stuck && !w.on && !w.list);
	w.stuck = false;
	w.list = true;
	w.cycle = true;
	w.llp = LIST;
	CHECK(!strcmp(run(&w), "aborted data"));
	CHECK(!w.fail);
	rig_close(&r);
}
