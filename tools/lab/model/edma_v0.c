// SPDX-License-Identifier: GPL-2.0
/*
 * The eDMA, register layout v0, unrolled; and the HDMA as it shows itself to
 * drivers of the eDMA. That has no engine_en, but a power switch a channel
 * (kernel, dw-edma-v0-core.c, which quotes databook 6.10a-lca06).
 *
 * Offsets and bits: the kernel's drivers/dma/dw-edma/dw-edma-v0-regs.h and
 * dw-edma-v0-core.c. What the registers do: the same driver, and the
 * descriptions in pcie-designware-ep.c of the interrupt emulation.
 */
#include "edma_v0.h"
#include "regtable.h"

#define CTRL			0x008
#define INT_DONE		GENMASK(7, 0)
#define INT_ABORT		GENMASK(23, 16)
#define INT_BITS		(INT_DONE | INT_ABORT)
#define DOORBELL_CHAN		GENMASK(2, 0)
#define DOORBELL_STOP		BIT(31)
#define ENGINE_EN		BIT(0)
#define PWR_EN			BIT(0)

/* Channel contexts: the write direction's, 0x100 further the read one's. */
#define CONTEXT			0x200
#define CONTEXT_STRIDE		0x200
#define CONTEXT_READ		0x100

/* ch_control1. CS and CCS are the walk's. */
#define CTL_ELEMENT		GENMASK(4, 0)
#define CTL_CS_SHIFT		5
#define CTL_CS			GENMASK(6, 5)
#define CTL_CCS			BIT(8)
#define CTL_LLE			BIT(9)
#define CTL_FUNC(v)		(((v) >> 12) & 0x1fu)

/* linked_list_err_en: abort message to the host, abort interrupt here. */
#define LL_ERR_REMOTE(n)	BIT(n)
#define LL_ERR_LOCAL(n)		BIT(16 + (n))

/* Where an error shows in err_status, the first channel's bit. */
static const unsigned int error_bit[] = {
	[WALK_ERROR_DATA] = 0,
	[WALK_ERROR_LIST] = 16,
	[WALK_ERROR_LINK] = 32,
};

struct dir {
	u32 int_status;
	u32 int_line;		/* those of it that assert a line */
	u32 int_mask;
	u64 err_status;
	u64 done_imwr;
	u64 abort_imwr;
	u32 imwr_data[MAX_CHANS / 2];	/* two channels each */
	u32 ll_err_en;
	bool emulated;		/* interrupt asserted without a status bit */
};

struct chan {
	u32 control1;
	u32 control2;
};

struct edma {
	struct engine e;
	struct dir dir[NUM_DIRS];
	struct chan ch[NUM_DIRS][MAX_CHANS];
	u32 plain[CONTEXT / 4];	/* registers that only remember */
};

static struct edma *to_edma(struct engine *e)
{
	return (struct edma *)e;
}

static struct dir *dir_of(const struct walk *w)
{
	return &to_edma(w->ctlr->engine)->dir[w->dir];
}

static struct chan *chan_of(const struct walk *w)
{
	return &to_edma(w->ctlr->engine)->ch[w->dir][w->n];
}

/* ---- interrupts ---- */

/* Local lines that direction @dir asserts, a bit each. The emulated interrupt
 * has the line of the first channel. */
static u32 asserted(struct engine *e, enum dma_dir dir)
{
	const struct dir *r = &to_edma(e)->dir[dir];
	u32 live = r->int_line & ~r->int_mask;
	unsigned int n;
	u32 lines = 0;

	live |= live >> 16 | r->emulated;
	for (n = 0; n < engine_chans(e, dir); n++)
		if (live & BIT(n))
			lines |= BIT(engine_line(e, &e->walk[dir][n]));
	return lines;
}

static u32 v0_pending(struct engine *e)
{
	return asserted(e, DMA_WRITE) | asserted(e, DMA_READ);
}

static void retell(const struct reg_at *at, u32 before)
{
	engine_retell(at->e, before | asserted(at->e, at->w->dir));
}

static bool mode_is(const struct walk *w, enum mode mode, u32 v)
{
	return w->ctlr->modes.v[mode] == v;
}

/* Tell those who are to know of a status bit that was latched. */
static void tell(struct walk *w, u32 bit, bool local, bool remote)
{
	struct engine *e = w->ctlr->engine;
	struct dir *r = dir_of(w);
	u32 data = r->imwr_data[w->n / 2] >> 16 * (w->n & 1) & 0xffff;
	u64 addr = bit & INT_ABORT ? r->abort_imwr : r->done_imwr;

	if (local) {
		r->int_line |= bit;
		if (!(r->int_mask & bit))
			signals_local(&e->signals, engine_line(e, w));
	}
	if (remote)
		signals_host(&e->signals, w->func, addr, data);
}

static bool v0_done(struct walk *w, u32 control, u64 next)
{
	bool local = control & ELEMENT_LIE, remote = control & ELEMENT_RIE;

	(void)next;
	if (local ||
	    (remote && mode_is(w, MODE_DONE_STATUS, DONE_STATUS_EITHER)))
		dir_of(w)->int_status |= BIT(w->n);
	tell(w, BIT(w->n), local, remote);
	return local || remote;
}

/* That a list came to its end raises nothing. */
static void v0_stopped(struct walk *w)
{
	(void)w;
}

/* In list mode linked_list_err_en says who is told, else the control word. */
static void interrupt_abort(struct walk *w)
{
	u32 en = dir_of(w)->ll_err_en, control = chan_of(w)->control1;
	bool local = w->list ? en & LL_ERR_LOCAL(w->n) : control & ELEMENT_LIE;
	bool remote = w->list ? en & LL_ERR_REMOTE(w->n) :
		      control & ELEMENT_RIE;

	local |= mode_is(w, MODE_ABORT_LINE, ABORT_LINE_ALWAYS);
	if (local || mode_is(w, MODE_ABORT_STATUS, ABORT_STATUS_ALWAYS))
		dir_of(w)->int_status |= BIT(16 + w->n);
	tell(w, BIT(16 + w->n), local, remote);
}

static void v0_aborted(struct walk *w, enum walk_error error)
{
	engine_report_abort(w);
	dir_of(w)->err_status |= (u64)1 << (error_bit[error] + w->n);
	interrupt_abort(w);
}

static void stop(struct walk *w)
{
	if (walk_stop(w) && mode_is(w, MODE_STOP, STOP_ABORTS))
		interrupt_abort(w);
}

/* ---- registers of a direction ---- */

static void *dir_bank(const struct reg_at *at)
{
	return dir_of(at->w);
}

/* It reads 1 until every channel has drained. */
static u32 engine_en_get(const struct reg_at *at)
{
	unsigned int n;

	for (n = 0; n < engine_chans(at->e, at->w->dir); n++)
		if (at->w[n].on || walk_runs(&at->w[n]))
			return ENGINE_EN;
	return 0;
}

static void engine_en_set(const struct reg_at *at, u32 v)
{
	unsigned int n;

	for (n = 0; n < engine_chans(at->e, at->w->dir); n++)
		walk_switch(&at->w[n], v & ENGINE_EN);
}

static u32 pwr_en_get(const struct reg_at *at)
{
	return at->w[at->word].on ? PWR_EN : 0;
}

static void pwr_en_set(const struct reg_at *at, u32 v)
{
	if (at->word < engine_chans(at->e, at->w->dir))
		walk_switch(&at->w[at->word], v & PWR_EN);
}

static u32 zero(const struct reg_at *at)
{
	(void)at;
	return 0;
}

static void doorbell_set(const struct reg_at *at, u32 v)
{
	struct walk *w = &at->w[v & DOORBELL_CHAN];

	if (w->n >= engine_chans(at->e, w->dir))
		return;
	if (v & DOORBELL_STOP)
		stop(w);
	else
		engine_ring(at->e, w, at->from);
}

/* Interrupt emulation: any write asserts. */
static void int_status_set(const struct reg_at *at, u32 v)
{
	(void)v;
	dir_of(at->w)->emulated = true;
	signals_local(&at->e->signals, engine_line(at->e, at->w));
}

static void int_mask_set(const struct reg_at *at, u32 v)
{
	u32 before = asserted(at->e, at->w->dir);

	dir_of(at->w)->int_mask = v & INT_BITS;
	retell(at, before);
}

static void int_clear_set(const struct reg_at *at, u32 v)
{
	struct dir *r = dir_of(at->w);
	u32 before = asserted(at->e, at->w->dir);
	u64 aborts = (v & INT_ABORT) >> 16;
	unsigned int i;

	r->int_status &= ~(v & INT_BITS);
	r->int_line &= ~(v & INT_BITS);
	for (i = 0; i < ARRAY_SIZE(error_bit); i++)
		r->err_status &= ~(aborts << error_bit[i]);
	r->emulated = false;
	retell(at, before);
}

#define DIR_FIELD(f, m) \
	.bank = dir_bank, .field = offsetof(struct dir, f), .mask = (m)

/* A direction's registers are not where the other's are, plus a constant. */
static const struct reg dir_regs[] = {
	{ { 0x010, 0x030 }, 1, .get = zero, .set = doorbell_set },
	{ { 0x04c, 0x0a0 }, 1, DIR_FIELD(int_status, 0),
	  .set = int_status_set },
	{ { 0x054, 0x0a8 }, 1, DIR_FIELD(int_mask, 0), .set = int_mask_set },
	{ { 0x058, 0x0ac }, 1, .get = zero, .set = int_clear_set },
	/* a posted write reports nothing of the link: no second dword */
	{ { 0x05c, REG_NONE }, 1, DIR_FIELD(err_status, 0) },
	{ { REG_NONE, 0x0b4 }, 2, DIR_FIELD(err_status, 0) },
	{ { 0x060, 0x0cc }, 2, DIR_FIELD(done_imwr, ~0u) },
	{ { 0x068, 0x0d4 }, 2, DIR_FIELD(abort_imwr, ~0u) },
	{ { 0x070, 0x0dc }, MAX_CHANS / 2, DIR_FIELD(imwr_data, ~0u) },
	{ { 0x090, 0x0c4 }, 1, DIR_FIELD(ll_err_en, ~0u) },
};

static const struct reg unroll_regs[] = {
	{ { 0x00c, 0x02c }, 1, .get = engine_en_get, .set = engine_en_set },
};

static const struct reg compat_regs[] = {
	{ { 0x00c, 0x02c }, 1, .get = zero },
	{ { 0x128, 0x168 }, MAX_CHANS, .get = pwr_en_get, .set = pwr_en_set },
};

/* ---- registers of a channel ---- */

static void *chan_bank(const struct reg_at *at)
{
	return chan_of(at->w);
}

/* The low bits show the control word of the element that was taken last. */
static u32 control1_get(const struct reg_at *at)
{
	u32 stored = chan_of(at->w)->control1 &
		     ~(CTL_ELEMENT | CTL_CS | CTL_CCS);

	return stored | (at->w->control & CTL_ELEMENT) |
	       (u32)at->w->state << CTL_CS_SHIFT |
	       (at->w->cycle ? CTL_CCS : 0);
}

static void control1_set(const struct reg_at *at, u32 v)
{
	chan_of(at->w)->control1 = v;
	at->w->cycle = v & CTL_CCS;
	at->w->list = v & CTL_LLE;
	if (!walk_runs(at->w))
		at->w->control = v;
}

static void v0_begin(struct walk *w)
{
	w->func = CTL_FUNC(chan_of(w)->control1);
	if (!w->list)
		w->control = chan_of(w)->control1;
}

#define WALK_FIELD(f) \
	.bank = reg_walk, .field = offsetof(struct walk, f), .mask = ~0u

/* The same for both directions. */
static const struct reg chan_regs[] = {
	{ { 0x00, 0x00 }, 1, .get = control1_get, .set = control1_set },
	{ { 0x04, 0x04 }, 1, .bank = chan_bank,
	  .field = offsetof(struct chan, control2), .mask = ~0u },
	{ { 0x08, 0x08 }, 1, WALK_FIELD(size) },
	{ { 0x0c, 0x0c }, 2, WALK_FIELD(sar) },
	{ { 0x14, 0x14 }, 2, WALK_FIELD(dar) },
	{ { 0x1c, 0x1c }, 2, WALK_FIELD(llp) },
};

/* ---- all of them ---- */

/* The register at @off, if it is one of a context. */
static const struct reg *find_chan(struct engine *e, u32 off,
				   struct reg_at *at)
{
	enum dma_dir dir = off & CONTEXT_READ ? DMA_READ : DMA_WRITE;
	unsigned int n = (off - CONTEXT) / CONTEXT_STRIDE;

	if (off < CONTEXT || n >= engine_chans(e, dir))
		return NULL;
	at->w = &e->walk[dir][n];
	return reg_find(chan_regs, ARRAY_SIZE(chan_regs),
			off % CONTEXT_READ, at);
}

/* The register at @off, if it is the direction's of at->w. */
static const struct reg *find_dir(struct engine *e, u32 off, struct reg_at *at)
{
	const struct reg *r = reg_find(dir_regs, ARRAY_SIZE(dir_regs), off, at);

	if (r)
		return r;
	if (e->layout == &edma_v0_compat)
		return reg_find(compat_regs, ARRAY_SIZE(compat_regs), off, at);
	return reg_find(unroll_regs, ARRAY_SIZE(unroll_regs), off, at);
}

static const struct reg *find(struct engine *e, u32 off, struct reg_at *at)
{
	const struct reg *r = NULL;
	enum dma_dir dir;

	for (dir = 0; dir < NUM_DIRS && !r; dir++) {
		at->w = &e->walk[dir][0];
		r = find_dir(e, off, at);
	}
	return r ? r : find_chan(e, off, at);
}

static u32 v0_read(struct engine *e, u32 off)
{
	const struct edma *d = to_edma(e);
	struct reg_at at = { .e = e, .from = ORIGIN_EP };
	const struct reg *r = find(e, off, &at);

	if (off == CTRL)
		return engine_chans(e, DMA_WRITE) |
		       engine_chans(e, DMA_READ) << 16;
	if (r)
		return reg_get(r, &at);
	return off < sizeof(d->plain) ? d->plain[off / 4] : 0;
}

static void v0_write(struct engine *e, u32 off, u32 v, int from)
{
	struct edma *d = to_edma(e);
	struct reg_at at = { .e = e, .from = from };
	const struct reg *r = find(e, off, &at);

	if (off == CTRL)
		return;
	if (r && off >= CONTEXT)
		engine_check_rest(at.w);
	if (r)
		reg_set(r, &at, v);
	else if (off < sizeof(d->plain))
		d->plain[off / 4] = v;
}

static void v0_reset(struct engine *e)
{
	struct edma *d = to_edma(e);

	memset(d->dir, 0, sizeof(d->dir));
	memset(d->ch, 0, sizeof(d->ch));
	memset(d->plain, 0, sizeof(d->plain));
}

#define LAYOUT { \
	.size = sizeof(struct edma), \
	.reset = v0_reset, \
	.read = v0_read, \
	.write = v0_write, \
	.begin = v0_begin, \
	.pending = v0_pending, \
	.walk = { \
		.done = v0_done, \
		.stopped = v0_stopped, \
		.aborted = v0_aborted, \
	}, \
}

const struct layout edma_v0_unroll = LAYOUT;
const struct layout edma_v0_compat = LAYOUT;
