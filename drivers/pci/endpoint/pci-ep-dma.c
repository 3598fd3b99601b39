// SPDX-License-Identifier: GPL-2.0
/*
 * PCI endpoint: export DMA channels to the host
 *
 * A *carrier* is the endpoint function driver that offers the channels; the
 * library does the rest with one object per carrier, the *export*. It owns
 *
 *   - an ordinary DMAengine reference on each channel of the controller, of those
 *     that are not offered too: the register window shows them all, and what a
 *     host may have started is stopped before memory is given back,
 *   - the memory behind the *metadata BAR*: the metadata block that the host
 *     reads (<linux/pci-ep-dma.h>), then the linked lists of the channels, then
 *     an optional scratch buffer. One inbound window shows it all, and it never
 *     moves,
 *   - the *register window*: the pages with the DMA registers, shown through
 *     the window BAR when a host asks and not before. Behind the window BAR is
 *     parking memory of its own, zeroed, so that a late read of a status
 *     register finds nothing done. A controller that shows its registers in a
 *     reserved BAR anyway needs no window BAR,
 *   - the *watch*: a doorbell interrupt where the controller has one, and in
 *     any case a look at the request word every EPDMA_POLL_MS.
 *
 * State machine
 *
 *     IDLE --claim--> CLAIMED --publish--> PUBLISHED <--- WITHDRAWN
 *                                            |                ^
 *                              token written |                |
 *                                            v                |
 *             window cannot be mapped:  REQUESTED ------------+ token withdrawn
 *             stay, try again            |     |              | or replaced,
 *                                 mapped |     | a channel    | or link down
 *                                        |     | did not stop |
 *                                        v     v              |
 *                                     READY  FAILED           |
 *                                        |     |              |
 *                                        +-----+--------------+
 *
 *   IDLE       Nothing is held.
 *   CLAIMED    Channels and memory are held. The host sees nothing.
 *   PUBLISHED  Channels are delegated; the block says "published". The watch
 *              runs. After a channel that did not stop none is delegated, and
 *              the doorbell is out of sight: requests are polled for. A request
 *              that is withdrawn before it was answered ends here, too.
 *   REQUESTED  A host wrote a token; its window is being mapped.
 *   READY      The window is mapped, the block says "ready" for that token.
 *   WITHDRAWN  Passing state: the window goes down, the channels are stopped
 *              and taken back, then handed over afresh for the next host.
 *   FAILED     The block says "failed" for the token, because the channels
 *              could not be handed over. Each token is another attempt: the
 *              first thing that is done for it is to stop what did not stop.
 *
 *   Release goes from any state to IDLE, through WITHDRAWN once published.
 *
 * Order
 *   Delegate, publish, map, ready; then withdraw, unmap, stop, restore,
 *   release. The local side has let go of a channel before a host can reach
 *   its registers, and a host has lost them before the channel is stopped,
 *   those of them that a doorbell shows included. Whether the host used what it
 *   could reach nobody knows, so channels are always stopped. Out of a reserved
 *   BAR the registers cannot be taken: there a host may start a channel again
 *   that was stopped, as it could if nothing had ever been exported.
 *
 * Request
 *   A host asks with a non-zero *token* and withdraws with zero. Every token
 *   that differs from the last one is a new tenant: windows are programmed
 *   again even if they look right, because a host that rebooted may have moved
 *   the BARs without telling. A failed mapping is tried again for as long as the
 *   token stands. Failures make the pauses between attempts grow, successes make
 *   them shrink, and no ring of the doorbell and no new token cuts them short.
 *   Beyond a short burst one token is served in EPDMA_POLL_MS, and one that is
 *   replaced before it was answered leaves nothing to be taken back. A doorbell
 *   that rings too often is put out of sight for a while.
 *
 * Distrust
 *   The host can write to all of the metadata BAR. It owns one word there, the
 *   token, which is read once per look. All else is written from a private
 *   image, wholly each time, and never read back as truth: a block that was
 *   scribbled over is written again.
 *
 * Teardown never fails
 *   Release returns nothing. If a channel does not stop, the memory that the
 *   engine may still access is not given back, but put on a list for people to
 *   see, and the driver of the engine keeps the channel from everybody.
 *
 * Lifetime
 *   The carrier creates the export in bind and destroys it in unbind. Claim and
 *   release stand in the carrier's epc_init and epc_deinit (claim also in
 *   bind, when the controller is already initialised, so that a refusal reaches
 *   the user). What the controller described is used at claim time and not
 *   afterwards. Engine addresses change when memory is claimed again; the
 *   generation in the block tells.
 *
 * Locking
 *   epf->lock		held by the endpoint core around all carrier callbacks,
 *			hence around all entry points (asserted). Of a virtual
 *			function it is not held; there is no export of one
 *     export->lock	state, block, windows (asserted); also taken by the
 *			watch, which therefore never takes epf->lock
 *       epc->lock	inside pci_epc_*()
 *       dma_list_mutex	inside dma_request_channel()
 *       epdma_kept_lock	list of memory that is kept
 *   The watch is stopped without export->lock held. The doorbell handler takes
 *   no lock.
 */

#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "pci-ep-dma-internal.h"

#define CREATE_TRACE_POINTS
#include <trace/events/pci_ep_dma.h>

/* Requests that are served without a pause in between */
#define EPDMA_BURST		4

/* Longest pause between two attempts to map the window */
#define EPDMA_RETRY_MAX_MS	1000

const char *epdma_state_name(enum epdma_state state)
{
	static const char * const names[] = {
		[EPDMA_IDLE]		= "idle",
		[EPDMA_CLAIMED]		= "claimed",
		[EPDMA_PUBLISHED]	= "published",
		[EPDMA_REQUESTED]	= "requested",
		[EPDMA_READY]		= "ready",
		[EPDMA_WITHDRAWN]	= "withdrawn",
		[EPDMA_FAILED]		= "failed",
	};

	return names[state];
}

static void epdma_set_state(struct pci_ep_dma_export *exp,
			    enum epdma_state state)
{
	lockdep_assert_held(&exp->lock);

	trace_pci_ep_dma_state(dev_name(epdma_dev(exp)),
			       epdma_state_name(exp->state),
			       epdma_state_name(state), exp->generation,
			       exp->token);
	exp->state = state;
}

/*
 * Stop the first @nr channels and take them back. Those that do not stop leave
 * the export stuck. A channel whose DMA controller is gone (-ENODEV) was
 * stopped with it.
 */
static void epdma_reclaim(struct pci_ep_dma_export *exp, unsigned int nr)
{
	struct pci_epf *epf = exp->epf;
	unsigned int i;
	int ret;

	lockdep_assert_held(&exp->lock);

	exp->delegated = false;
	for (i = 0; i < nr; i++) {
		ret = pci_epc_reclaim_dma_chan(epf->epc, epf->func_no,
					       epf->vfunc_no,
					       exp->chans[i].dma);
		if (ret && ret != -ENODEV)
			exp->stuck = true;
	}
}

/* For channels that did not stop this is another attempt to stop them */
static int epdma_delegate(struct pci_ep_dma_export *exp)
{
	struct pci_epf *epf = exp->epf;
	unsigned int i;
	int ret;

	lockdep_assert_held(&exp->lock);

	if (exp->delegated)
		return 0;

	for (i = 0; i < exp->nr_chans; i++) {
		ret = pci_epc_delegate_dma_chan(epf->epc, epf->func_no,
						epf->vfunc_no,
						exp->chans[i].dma);
		if (ret) {
			epdma_reclaim(exp, i);
			return ret;
		}
	}

	exp->delegated = true;
	exp->stuck = false;

	return 0;
}

static int epdma_open_window(struct pci_ep_dma_export *exp)
{
	int ret;

	lockdep_assert_held(&exp->lock);

	if (exp->window_bar == NO_BAR)
		return 0;

	ret = epdma_set_bar(exp, &exp->window);
	if (ret && epdma_set_bar(exp, epdma_bar(exp, exp->window_bar)))
		dev_warn_ratelimited(epdma_dev(exp),
				     "BAR%d shows nothing until it is mapped\n",
				     exp->window_bar);

	return ret;
}

static void epdma_close_window(struct pci_ep_dma_export *exp)
{
	struct pci_epf_bar *parking;

	lockdep_assert_held(&exp->lock);

	if (exp->window_bar == NO_BAR)
		return;

	parking = epdma_bar(exp, exp->window_bar);
	memset(parking->addr, 0, exp->regs.map_size);
	if (epdma_set_bar(exp, parking))
		dev_warn_ratelimited(epdma_dev(exp),
				     "BAR%d shows nothing until it is mapped\n",
				     exp->window_bar);
}

static void epdma_withdraw(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->lock);

	epdma_set_state(exp, EPDMA_WITHDRAWN);
	epdma_retract_block(exp);
	epdma_close_window(exp);
	epdma_park_doorbell(exp);

	/* What fails here is tried, and told, when there is a request */
	if (exp->delegated) {
		epdma_reclaim(exp, exp->nr_chans);
		if (!exp->stuck)
			epdma_delegate(exp);
	}
	epdma_unpark_doorbell(exp);

	/* A host that was never served has seen nothing that changes now */
	if (exp->serviced)
		exp->generation = pci_ep_dma_next(exp->generation);
	exp->serviced = 0;

	epdma_set_state(exp, EPDMA_PUBLISHED);
	epdma_post_block(exp);
}

/* The answer to the token that stands */
static void epdma_answer(struct pci_ep_dma_export *exp, enum epdma_state state)
{
	exp->serviced = exp->token;
	epdma_set_state(exp, state);
	epdma_post_block(exp);
}

/*
 * Attempts that fail get rarer whatever the host does, because each may take
 * long and have something to say in the log.
 */
static void epdma_back_off(struct pci_ep_dma_export *exp)
{
	exp->retry_ms = clamp(exp->retry_ms * 2, EPDMA_POLL_MS,
			      EPDMA_RETRY_MAX_MS);
	exp->retry_at = get_jiffies_64() + msecs_to_jiffies(exp->retry_ms);
}

/*
 * No host is served more often than it is polled for, but for a few times in a
 * row, as when drivers are bound and unbound. One that makes every other attempt
 * fail has not earned a new start.
 */
static void epdma_succeed(struct pci_ep_dma_export *exp)
{
	const u64 poll = msecs_to_jiffies(EPDMA_POLL_MS);
	u64 now = get_jiffies_64();

	exp->retry_ms /= 2;
	exp->served_until = max(exp->served_until, now) + poll;
	exp->retry_at = max(now + msecs_to_jiffies(exp->retry_ms),
			    exp->served_until - EPDMA_BURST * poll);
}

static void epdma_serve(struct pci_ep_dma_export *exp)
{
	int ret;

	lockdep_assert_held(&exp->lock);

	ret = epdma_delegate(exp);
	if (ret) {
		if (!exp->retry_ms)
			dev_err_ratelimited(epdma_dev(exp),
					    "cannot hand the channels over: %d\n",
					    ret);
		epdma_back_off(exp);
		epdma_answer(exp, EPDMA_FAILED);
		return;
	}

	ret = epdma_open_window(exp);
	trace_pci_ep_dma_window(dev_name(epdma_dev(exp)), exp->token, ret);
	if (ret) {
		if (!exp->retry_ms)
			dev_warn_ratelimited(epdma_dev(exp),
					     "cannot map the DMA registers for the host (%d), trying again\n",
					     ret);
		epdma_back_off(exp);
		return;
	}

	epdma_succeed(exp);
	epdma_answer(exp, EPDMA_READY);
}

static bool epdma_is_pausing(struct pci_ep_dma_export *exp)
{
	return time_before64(get_jiffies_64(), exp->retry_at);
}

static void epdma_take_request(struct pci_ep_dma_export *exp, u32 token)
{
	/* A token that was not answered has brought about nothing */
	if (exp->serviced)
		epdma_withdraw(exp);

	exp->token = token;
	exp->nr_requests += !!token;
	if (token)
		epdma_set_state(exp, EPDMA_REQUESTED);
	else if (exp->state == EPDMA_REQUESTED)
		epdma_set_state(exp, EPDMA_PUBLISHED);
}

/* One look at the request word and at the block */
static void epdma_look(struct pci_ep_dma_export *exp)
{
	u32 token = epdma_read_token(exp);

	lockdep_assert_held(&exp->lock);

	if (token != exp->token)
		epdma_take_request(exp, token);

	epdma_repair_block(exp);
	epdma_count_rings(exp);
	if (epdma_is_pausing(exp))
		return;

	if (exp->state == EPDMA_REQUESTED)
		epdma_serve(exp);
	if (epdma_unpark_doorbell(exp)) {
		if (!exp->retry_ms)
			dev_warn_ratelimited(epdma_dev(exp),
					     "cannot show the doorbell, trying again\n");
		epdma_back_off(exp);
	}
}

static bool epdma_is_watching(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->lock);

	return exp->state != EPDMA_IDLE && exp->state != EPDMA_CLAIMED;
}

static void epdma_watch(struct work_struct *work)
{
	struct pci_ep_dma_export *exp =
		container_of(work, struct pci_ep_dma_export, watch.work);

	guard(mutex)(&exp->lock);

	if (!epdma_is_watching(exp))
		return;

	epdma_look(exp);
	queue_delayed_work(system_dfl_wq, &exp->watch,
			   msecs_to_jiffies(EPDMA_POLL_MS));
}

/* Have the watch look now; from any context */
void epdma_kick(struct pci_ep_dma_export *exp)
{
	mod_delayed_work(system_dfl_wq, &exp->watch, 0);
}

static int epdma_set_bars(struct pci_ep_dma_export *exp)
{
	int ret;

	exp->bars_set = true;
	ret = epdma_set_bar(exp, epdma_bar(exp, exp->metadata_bar));
	if (!ret && exp->window_bar != NO_BAR)
		ret = epdma_set_bar(exp, epdma_bar(exp, exp->window_bar));
	if (ret)
		dev_err(epdma_dev(exp), "cannot set up the BARs: %d\n", ret);

	return ret;
}

static int epdma_try_publish(struct pci_ep_dma_export *exp)
{
	int ret;

	ret = epdma_delegate(exp);
	if (ret) {
		dev_err(epdma_dev(exp), "cannot hand the channels over: %d\n",
			ret);
		return ret;
	}

	ret = epdma_set_bars(exp);
	if (ret)
		return ret;

	epdma_open_doorbell(exp);
	exp->generation = pci_ep_dma_next(exp->generation);

	return epdma_build_block(exp);
}

/*
 * The host loses the window before the channels are stopped, and its BARs
 * last of all.
 */
static void epdma_unpublish(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->lock);

	epdma_set_state(exp, EPDMA_WITHDRAWN);
	epdma_retract_block(exp);
	epdma_close_doorbell(exp);

	if (exp->bars_set && exp->window_bar != NO_BAR)
		epdma_clear_bar(exp, exp->window_bar);

	exp->stuck = false;
	epdma_reclaim(exp, exp->nr_chans);

	if (exp->bars_set)
		epdma_clear_bar(exp, exp->metadata_bar);
	exp->bars_set = false;
	exp->serviced = 0;
	exp->token = 0;
	exp->retry_ms = 0;
	exp->retry_at = 0;
	epdma_set_state(exp, EPDMA_CLAIMED);
}

static int epdma_claim_anew(struct pci_ep_dma_export *exp)
{
	int ret;

	epdma_unclaim(exp);
	ret = epdma_claim(exp);
	if (ret)
		epdma_set_state(exp, EPDMA_IDLE);

	return ret;
}

/**
 * pci_ep_dma_export_claim() - take the channels and memory of an export
 * @exp: export
 *
 * Needs an initialised endpoint controller, and takes all its channels, whichever
 * are to be offered: the host can reach all. Does nothing if the claim already
 * stands.
 *
 * Context: Process context, may sleep, with epf->lock held.
 *
 * Return: 0 on success, -ENODEV if the controller has no channels to export,
 * -ERANGE if it has not all that were asked for, -EOPNOTSUPP if they cannot be
 * exported like this, -EBUSY if one is in use on this side, -EINVAL or -ENOSPC
 * if the BARs do not fit, -E2BIG if the scratch buffer is too large, -ENOMEM, or
 * another -errno. Each is explained in the log, and nothing is held.
 */
int pci_ep_dma_export_claim(struct pci_ep_dma_export *exp)
{
	int ret;

	lockdep_assert_held(&exp->epf->lock);
	guard(mutex)(&exp->lock);

	if (exp->state != EPDMA_IDLE)
		return 0;

	ret = epdma_claim(exp);
	if (ret)
		return ret;

	epdma_set_state(exp, EPDMA_CLAIMED);

	return 0;
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_claim);

/**
 * pci_ep_dma_export_publish() - offer a claimed export to the host
 * @exp: export, claimed
 *
 * Hands the channels over, programs the BARs and publishes the block; from
 * then on requests are served. The carrier has written the configuration
 * header before. Does nothing if the export is published already. If the engine
 * was removed since the claim, the one that is there is claimed instead.
 *
 * Context: Process context, may sleep, with epf->lock held.
 *
 * Return: 0 on success, -EINVAL if the export is not claimed, or the -errno of
 * what failed. The claim stands then, unless it had to be made anew and that
 * failed.
 */
int pci_ep_dma_export_publish(struct pci_ep_dma_export *exp)
{
	int ret;

	lockdep_assert_held(&exp->epf->lock);
	guard(mutex)(&exp->lock);

	if (exp->state == EPDMA_IDLE)
		return -EINVAL;
	if (exp->state != EPDMA_CLAIMED)
		return 0;

	ret = epdma_try_publish(exp);
	if (ret == -ENODEV) {
		/*
		 * The controller sets init_complete aside only after it has
		 * told all functions that it goes. A function that is bound in
		 * between claims channels of an engine which is then removed,
		 * and is told nothing but that the controller is back.
		 */
		epdma_unpublish(exp);
		ret = epdma_claim_anew(exp);
		if (ret)
			return ret;
		ret = epdma_try_publish(exp);
	}
	if (ret) {
		epdma_unpublish(exp);
		return ret;
	}

	epdma_set_state(exp, EPDMA_PUBLISHED);
	epdma_write_block(exp);
	epdma_kick(exp);

	dev_info(epdma_dev(exp),
		 "%u channels offered: metadata in BAR%d, registers in BAR%u, requests by %s\n",
		 exp->nr_offered, exp->metadata_bar, exp->info->regs.bar,
		 exp->doorbell.irq ? "doorbell" : "polling");

	return 0;
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_publish);

/**
 * pci_ep_dma_export_release() - give everything back
 * @exp: export in any state
 *
 * A host that is being served loses its window; then the channels are stopped
 * and returned. Cannot fail: what does not stop is kept out of use and named in
 * the log.
 *
 * Context: Process context, may sleep, with epf->lock held.
 */
void pci_ep_dma_export_release(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->epf->lock);

	scoped_guard(mutex, &exp->lock) {
		if (exp->state == EPDMA_IDLE)
			return;
		if (exp->state != EPDMA_CLAIMED)
			epdma_unpublish(exp);
	}

	/* It finds nothing to watch and does not come back */
	cancel_delayed_work_sync(&exp->watch);

	guard(mutex)(&exp->lock);
	epdma_unclaim(exp);
	epdma_set_state(exp, EPDMA_IDLE);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_release);

/**
 * pci_ep_dma_export_link_up() - the link to a host is up
 * @exp: export in any state
 *
 * Looks for a request at once.
 *
 * Context: Process context, may sleep, with epf->lock held.
 */
void pci_ep_dma_export_link_up(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->epf->lock);
	guard(mutex)(&exp->lock);

	if (epdma_is_watching(exp))
		epdma_kick(exp);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_link_up);

/**
 * pci_ep_dma_export_link_down() - the link to the host is down
 * @exp: export in any state
 *
 * Withdraws from the host that was being served: it has lost its BAR addresses
 * and will ask again.
 *
 * Context: Process context, may sleep, with epf->lock held.
 */
void pci_ep_dma_export_link_down(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->epf->lock);
	guard(mutex)(&exp->lock);

	if (epdma_is_watching(exp) && exp->state != EPDMA_PUBLISHED)
		epdma_withdraw(exp);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_link_down);

static int epdma_check_config(struct pci_epf *epf,
			      const struct pci_ep_dma_config *config)
{
	const unsigned int nr = PCI_EP_DMA_EXPORT_MAX_CHANS;

	/* The engine tags its transfers with a physical function only */
	if (epf->is_vf || epf->vfunc_no) {
		dev_err(&epf->dev,
			"a virtual function cannot export DMA channels\n");
		return -EOPNOTSUPP;
	}

	if (bitmap_empty(config->wr_chans, nr) &&
	    bitmap_empty(config->rd_chans, nr)) {
		dev_err(&epf->dev,
			"no channel to export: set wr_chans or rd_chans\n");
		return -EINVAL;
	}

	if (!IS_ALIGNED(config->scratch_size, sizeof(u64))) {
		dev_err(&epf->dev, "scratch_size has to be a multiple of %zu\n",
			sizeof(u64));
		return -EINVAL;
	}

	if (config->metadata_bar != NO_BAR &&
	    config->metadata_bar == config->window_bar) {
		dev_err(&epf->dev,
			"BAR%d cannot be both metadata_bar and window_bar\n",
			config->metadata_bar);
		return -EINVAL;
	}

	return 0;
}

/**
 * pci_ep_dma_export_create() - make an export, holding nothing yet
 * @epf: endpoint function that carries it, bound to a controller
 * @config: what to export; copied
 *
 * Context: Process context, may sleep, with epf->lock held.
 *
 * Return: the export, to be given to pci_ep_dma_export_destroy(), or an
 * ERR_PTR: -EOPNOTSUPP for a virtual function or a controller that does not
 * describe itself, -EINVAL if @config contradicts itself, -ENOMEM. Each is
 * explained in the log.
 */
struct pci_ep_dma_export *
pci_ep_dma_export_create(struct pci_epf *epf,
			 const struct pci_ep_dma_config *config)
{
	const struct pci_epc_features *features;
	int ret;

	ret = epdma_check_config(epf, config);
	if (ret)
		return ERR_PTR(ret);

	lockdep_assert_held(&epf->lock);

	features = pci_epc_get_features(epf->epc, epf->func_no, epf->vfunc_no);
	if (!features) {
		dev_err(&epf->dev, "the controller does not tell its features\n");
		return ERR_PTR(-EOPNOTSUPP);
	}

	struct pci_ep_dma_export *exp __free(kfree) = kzalloc_obj(*exp);
	if (!exp)
		return ERR_PTR(-ENOMEM);

	exp->info = kzalloc_obj(*exp->info);
	if (!exp->info)
		return ERR_PTR(-ENOMEM);

	exp->epf = epf;
	exp->config = *config;
	exp->features = features;
	exp->metadata_bar = NO_BAR;
	exp->window_bar = NO_BAR;
	exp->doorbell.bar = NO_BAR;
	/* So that a host can tell this export from an earlier one */
	exp->generation = get_random_u32();
	mutex_init(&exp->lock);
	INIT_DELAYED_WORK(&exp->watch, epdma_watch);

	epdma_debugfs_add(exp);

	return no_free_ptr(exp);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_create);

/**
 * pci_ep_dma_export_destroy() - end an export
 * @exp: export in any state
 *
 * Releases what is held, see pci_ep_dma_export_release().
 *
 * Context: Process context, may sleep, with epf->lock held.
 */
void pci_ep_dma_export_destroy(struct pci_ep_dma_export *exp)
{
	epdma_debugfs_remove(exp);
	pci_ep_dma_export_release(exp);

	mutex_destroy(&exp->lock);
	kfree(exp->info);
	kfree(exp);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_destroy);

static int __init pci_ep_dma_init(void)
{
	epdma_debugfs_init();

	return 0;
}
module_init(pci_ep_dma_init);

static void __exit pci_ep_dma_exit(void)
{
	epdma_debugfs_exit();
}
module_exit(pci_ep_dma_exit);

MODULE_DESCRIPTION("PCI endpoint DMA channel export");
MODULE_LICENSE("GPL");
