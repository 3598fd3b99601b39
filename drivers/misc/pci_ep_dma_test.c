// SPDX-License-Identifier: GPL-2.0
/*
 * Test client of the DMA channels that a PCI endpoint lends to its host
 *
 * What user space sees is told in <linux/pci_ep_dma_test.h>: an open file is
 * one channel and one host buffer, and data goes between this buffer and the
 * scratch memory that the endpoint offers. Where on the endpoint that is, user
 * space neither says nor learns.
 *
 * Lifetime
 *   The *session* belongs to the file. The channel is held from OPEN until the
 *   file is closed, whatever happens to the device in between: outliving its
 *   provider is one of the things to be tested. The buffer is mapped for the
 *   device and must not outlive its binding: a devm action frees it once the
 *   provider's remove() is over, when nothing runs on the channel any more.
 *   Whoever comes first, the action or the close, frees the buffer; the device
 *   lock decides.
 *
 *   A *slot* is the client's half of a descriptor: it is taken by SUBMIT and
 *   given back by exactly one of the callback, TERMINATE and the close. Its
 *   scatterlist stays until the slot is taken again, because a provider may
 *   read it for as long as the descriptor lives.
 *
 * Locking
 *   device_lock(pdev)	the provider stays while a session opens or closes
 *     session->lock	channel and buffer. OPEN, SUBMIT, TERMINATE, read and
 *			write hold it, WAIT does not: a session that waits can
 *			be submitted to, terminated, and lose its device
 *       session->done_lock	slots and counts, taken in callbacks
 *
 * Trust
 *   Off by default, and for root: it writes into the memory that the endpoint
 *   offers for this, but on behalf of whoever has the file.
 */

#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/dma/pci-dma-chan.h>
#include <linux/dmaengine.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <uapi/linux/pci_ep_dma_test.h>

/* Sizes in the first version of the interface; a caller's are never smaller */
static_assert(sizeof(struct pci_ep_dma_test_open) == 64);
static_assert(sizeof(struct pci_ep_dma_test_seg) == 8);
static_assert(sizeof(struct pci_ep_dma_test_submit) == 32);
static_assert(sizeof(struct pci_ep_dma_test_wait) == 56);

struct test_session;

/**
 * struct test_slot - the client's half of a descriptor
 * @session: the session it belongs to
 * @sgt: scatterlist of the descriptor, empty before the first use
 * @bytes: what the descriptor moves
 * @pending: submitted, without a result
 */
struct test_slot {
	struct test_session *session;
	struct sg_table sgt;
	size_t bytes;
	bool pending;
};

/**
 * struct test_session - an open file
 * @lock: see above
 * @pdev: the device, NULL before OPEN; constant afterwards
 * @chan: the channel; constant after OPEN
 * @dir: direction of the channel
 * @scratch: address of the scratch memory, as the channel takes it
 * @scratch_size: bytes of it
 * @buf: the host buffer, NULL before OPEN and after the device is gone
 * @buf_dma: its address for the device
 * @buf_size: bytes of it
 * @last: cookie of the descriptor submitted last, 0 if there is none
 * @done_lock: protects what follows
 * @done: woken when a slot gets its result
 * @counts: what WAIT returns
 * @slots: PCI_EP_DMA_TEST_MAX_DESCS of them
 */
struct test_session {
	struct mutex lock;	/* channel and buffer */
	struct pci_dev *pdev;
	struct dma_chan *chan;
	enum dma_transfer_direction dir;
	phys_addr_t scratch;
	size_t scratch_size;
	void *buf;
	dma_addr_t buf_dma;
	size_t buf_size;
	dma_cookie_t last;
	spinlock_t done_lock;	/* slots and counts */
	wait_queue_head_t done;
	struct pci_ep_dma_test_wait counts;
	struct test_slot slots[PCI_EP_DMA_TEST_MAX_DESCS];
};

/* ---- arguments */

/* Copy in a struct that starts with its size; -errno if it is none of ours */
static int test_copy_in(void *arg, size_t size, void __user *uarg)
{
	u32 usize;

	if (get_user(usize, (u32 __user *)uarg))
		return -EFAULT;
	if (usize < size)
		return -EINVAL;
	if (usize > PAGE_SIZE)
		return -E2BIG;

	return copy_struct_from_user(arg, size, uarg, usize);
}

/* ---- slots */

static struct test_slot *test_slot_take(struct test_session *session)
{
	unsigned int i;

	guard(spinlock_irqsave)(&session->done_lock);

	for (i = 0; i < ARRAY_SIZE(session->slots); i++) {
		struct test_slot *slot = &session->slots[i];

		if (slot->pending)
			continue;
		slot->pending = true;
		session->counts.submitted++;
		session->counts.pending++;
		return slot;
	}

	return NULL;
}

/* The descriptor was never submitted */
static void test_slot_untake(struct test_slot *slot)
{
	struct test_session *session = slot->session;

	guard(spinlock_irqsave)(&session->done_lock);

	slot->pending = false;
	session->counts.submitted--;
	session->counts.pending--;
}

/* Callback of a descriptor, from the provider's tasklet or work */
static void test_slot_done(void *param, const struct dmaengine_result *result)
{
	struct test_slot *slot = param;
	struct test_session *session = slot->session;

	guard(spinlock_irqsave)(&session->done_lock);

	if (!slot->pending) {
		session->counts.stray++;
		return;
	}

	if (result && result->result != DMA_TRANS_NOERROR) {
		session->counts.aborted++;
	} else {
		session->counts.completed++;
		session->counts.bytes += slot->bytes;
	}
	slot->pending = false;
	session->counts.pending--;
	wake_up_all(&session->done);
}

/* No callback can come any more */
static void test_slots_terminated(struct test_session *session)
{
	unsigned int i;

	guard(spinlock_irqsave)(&session->done_lock);

	for (i = 0; i < ARRAY_SIZE(session->slots); i++)
		session->slots[i].pending = false;
	session->counts.terminated += session->counts.pending;
	session->counts.pending = 0;
	wake_up_all(&session->done);
}

static bool test_all_done(struct test_session *session)
{
	guard(spinlock_irqsave)(&session->done_lock);

	return !session->counts.pending;
}

/* ---- OPEN */

static void test_free_buffer(struct test_session *session)
{
	lockdep_assert_held(&session->lock);

	if (!session->buf)
		return;
	dma_free_coherent(&session->pdev->dev, session->buf_size, session->buf,
			  session->buf_dma);
	session->buf = NULL;
}

/* The provider is gone, or the file is being closed */
static void test_device_gone(void *data)
{
	struct test_session *session = data;

	device_lock_assert(&session->pdev->dev);
	guard(mutex)(&session->lock);

	test_free_buffer(session);
}

static int test_get_channel(struct test_session *session,
			    const struct pci_ep_dma_test_open *arg)
{
	struct pci_dev *pdev = session->pdev;
	struct dma_chan *chan;
	int ret;

	chan = dma_request_pci_chan(pdev, session->dir, arg->index);
	if (IS_ERR(chan))
		return PTR_ERR(chan);

	ret = dma_pci_chan_scratch(chan, &session->scratch,
				   &session->scratch_size);
	if (ret == -ENODEV)
		ret = -EOPNOTSUPP;

	/* The buffer lives as long as the binding whose lock is held */
	if (!ret && dmaengine_get_dma_device(chan) != &pdev->dev)
		ret = -EOPNOTSUPP;

	if (ret) {
		dma_release_channel(chan);
		return ret;
	}

	session->chan = chan;
	return 0;
}

static int test_get_buffer(struct test_session *session, size_t size)
{
	struct device *dev = &session->pdev->dev;
	int ret;

	lockdep_assert_held(&session->lock);

	session->buf = dma_alloc_coherent(dev, size, &session->buf_dma,
					  GFP_KERNEL | __GFP_NOWARN);
	if (!session->buf)
		return -ENOMEM;
	session->buf_size = size;

	ret = devm_add_action(dev, test_device_gone, session);
	if (ret)
		test_free_buffer(session);

	return ret;
}

/* Take channel and buffer; with an error, nothing is held */
static int test_attach(struct test_session *session, struct pci_dev *pdev,
		       const struct pci_ep_dma_test_open *arg)
{
	int ret;

	guard(device)(&pdev->dev);
	guard(mutex)(&session->lock);

	if (session->pdev)
		return -EBUSY;
	if (!pdev->dev.driver)
		return -ENODEV;

	session->pdev = pdev;
	session->dir = arg->dir == PCI_EP_DMA_TEST_TO_ENDPOINT ?
		       DMA_MEM_TO_DEV : DMA_DEV_TO_MEM;

	ret = test_get_channel(session, arg);
	if (ret)
		goto err_pdev;

	ret = test_get_buffer(session, arg->buf_size);
	if (ret)
		goto err_chan;

	pci_dev_get(pdev);
	return 0;

err_chan:
	dma_release_channel(session->chan);
	session->chan = NULL;
err_pdev:
	session->pdev = NULL;
	return ret;
}

static void test_detach(struct test_session *session)
{
	struct pci_dev *pdev = session->pdev;

	if (!pdev)
		return;

	/* Synchronize in any case, an earlier terminate may still be under way */
	dmaengine_terminate_async(session->chan);
	dmaengine_synchronize(session->chan);
	dma_release_channel(session->chan);

	/* Nobody else is left to change @buf but the action that is removed */
	scoped_guard(device, &pdev->dev) {
		if (session->buf)
			devm_release_action(&pdev->dev, test_device_gone,
					    session);
	}
	pci_dev_put(pdev);
}

static struct pci_dev *test_find_device(const char *name)
{
	struct device *dev;

	dev = bus_find_device_by_name(&pci_bus_type, NULL, name);

	return dev ? to_pci_dev(dev) : NULL;
}

static int test_ioctl_open(struct test_session *session, void __user *uarg)
{
	struct pci_ep_dma_test_open arg;
	struct pci_dev *pdev;
	u64 scratch_size;
	int ret;

	ret = test_copy_in(&arg, sizeof(arg), uarg);
	if (ret)
		return ret;

	if (arg.flags || arg.reserved || !arg.buf_size ||
	    arg.buf_size > PCI_EP_DMA_TEST_MAX_BUF ||
	    (arg.dir != PCI_EP_DMA_TEST_TO_ENDPOINT &&
	     arg.dir != PCI_EP_DMA_TEST_FROM_ENDPOINT) ||
	    strnlen(arg.device, sizeof(arg.device)) == sizeof(arg.device))
		return -EINVAL;

	pdev = test_find_device(arg.device);
	if (!pdev)
		return -ENODEV;

	ret = test_attach(session, pdev, &arg);
	pci_dev_put(pdev);
	if (ret)
		return ret;

	scratch_size = session->scratch_size;
	if (put_user(scratch_size, &((struct pci_ep_dma_test_open __user *)
				     uarg)->scratch_size))
		return -EFAULT;

	return 0;
}

/* ---- SUBMIT */

/* The sum of the segments, or -errno if one of them cannot be */
static ssize_t test_check_segs(const struct test_session *session,
			       const struct pci_ep_dma_test_seg *segs, u32 nr)
{
	size_t sum = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		if (!segs[i].len)
			return -EINVAL;
		if (range_end_overflows_t(u64, segs[i].offset, segs[i].len,
					  session->buf_size))
			return -ERANGE;
		sum += segs[i].len;
		if (sum > session->scratch_size)
			return -ERANGE;
	}

	return sum;
}

static int test_fill_slot(struct test_slot *slot,
			  const struct pci_ep_dma_test_seg *segs, u32 nr)
{
	struct test_session *session = slot->session;
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	sg_free_table(&slot->sgt);
	ret = sg_alloc_table(&slot->sgt, nr, GFP_KERNEL);
	if (ret)
		return ret;

	/*
	 * The buffer is mapped as one piece. Cut it by hand: mapping the pieces
	 * could join them again, and it is their number that matters here.
	 */
	for_each_sgtable_dma_sg(&slot->sgt, sg, i) {
		sg_dma_address(sg) = session->buf_dma + segs[i].offset;
		sg_dma_len(sg) = segs[i].len;
	}

	return 0;
}

static int test_queue_slot(struct test_slot *slot, u64 scratch_offset)
{
	struct test_session *session = slot->session;
	struct dma_async_tx_descriptor *tx;
	struct dma_slave_config config = {
		.direction = session->dir,
		.src_addr_width = DMA_SLAVE_BUSWIDTH_4_BYTES,
		.dst_addr_width = DMA_SLAVE_BUSWIDTH_4_BYTES,
	};
	dma_cookie_t cookie;

	if (session->dir == DMA_MEM_TO_DEV)
		config.dst_addr = session->scratch + scratch_offset;
	else
		config.src_addr = session->scratch + scratch_offset;

	tx = dmaengine_prep_config_sg(session->chan, slot->sgt.sgl,
				      slot->sgt.nents, session->dir,
				      DMA_PREP_INTERRUPT | DMA_CTRL_ACK,
				      &config);
	if (!tx)
		return -EIO;

	tx->callback_result = test_slot_done;
	tx->callback_param = slot;

	cookie = dmaengine_submit(tx);
	if (dma_submit_error(cookie))
		return -EIO;
	session->last = cookie;

	return 0;
}

static int test_submit(struct test_session *session,
		       const struct pci_ep_dma_test_submit *arg,
		       const struct pci_ep_dma_test_seg *segs)
{
	struct test_slot *slot;
	ssize_t bytes;
	int ret;

	guard(mutex)(&session->lock);

	if (!session->pdev)
		return -EBADFD;
	if (!session->buf)
		return -ENODEV;

	bytes = test_check_segs(session, segs, arg->nr_segs);
	if (bytes < 0)
		return bytes;
	if (range_end_overflows_t(u64, arg->scratch_offset, bytes,
				  session->scratch_size))
		return -ERANGE;

	slot = test_slot_take(session);
	if (!slot)
		return -ENOSPC;
	slot->bytes = bytes;

	ret = test_fill_slot(slot, segs, arg->nr_segs);
	if (!ret)
		ret = test_queue_slot(slot, arg->scratch_offset);
	if (ret) {
		test_slot_untake(slot);
		return ret;
	}

	if (arg->flags & PCI_EP_DMA_TEST_ISSUE)
		dma_async_issue_pending(session->chan);

	return 0;
}

static int test_ioctl_submit(struct test_session *session, void __user *uarg)
{
	struct pci_ep_dma_test_submit arg;
	struct pci_ep_dma_test_seg *segs;
	int ret;

	ret = test_copy_in(&arg, sizeof(arg), uarg);
	if (ret)
		return ret;

	if (arg.flags & ~PCI_EP_DMA_TEST_ISSUE || arg.reserved ||
	    !arg.nr_segs || arg.nr_segs > PCI_EP_DMA_TEST_MAX_SEGS)
		return -EINVAL;

	segs = vmemdup_array_user(u64_to_user_ptr(arg.segs), arg.nr_segs,
				  sizeof(*segs));
	if (IS_ERR(segs))
		return PTR_ERR(segs);

	ret = test_submit(session, &arg, segs);
	kvfree(segs);

	return ret;
}

/* ---- WAIT and TERMINATE */

/* What the channel says about the last descriptor */
static void test_last_status(struct test_session *session,
			     struct pci_ep_dma_test_wait *arg)
{
	struct dma_tx_state state = {};

	guard(mutex)(&session->lock);

	if (!session->last) {
		arg->last = PCI_EP_DMA_TEST_LAST_NONE;
		return;
	}

	switch (dmaengine_tx_status(session->chan, session->last, &state)) {
	case DMA_COMPLETE:
		arg->last = PCI_EP_DMA_TEST_LAST_COMPLETE;
		break;
	case DMA_ERROR:
		arg->last = PCI_EP_DMA_TEST_LAST_ERROR;
		break;
	default:
		arg->last = PCI_EP_DMA_TEST_LAST_RUNNING;
		break;
	}
	arg->last_residue = state.residue;
}

static int test_ioctl_wait(struct test_session *session, void __user *uarg)
{
	struct pci_ep_dma_test_wait arg;
	u32 size;
	long left;
	int ret;

	ret = test_copy_in(&arg, sizeof(arg), uarg);
	if (ret)
		return ret;

	if (arg.flags || arg.timeout_ms > PCI_EP_DMA_TEST_MAX_TIMEOUT)
		return -EINVAL;
	scoped_guard(mutex, &session->lock) {
		if (!session->pdev)
			return -EBADFD;
	}

	left = wait_event_interruptible_timeout(session->done,
						test_all_done(session),
						msecs_to_jiffies(arg.timeout_ms));
	if (left < 0)
		return -EINTR;

	size = arg.size;
	scoped_guard(spinlock_irqsave, &session->done_lock)
		arg = session->counts;
	arg.size = size;
	test_last_status(session, &arg);

	if (copy_to_user(uarg, &arg, sizeof(arg)))
		return -EFAULT;

	return arg.pending ? -ETIMEDOUT : 0;
}

static int test_ioctl_terminate(struct test_session *session)
{
	int ret;

	guard(mutex)(&session->lock);

	if (!session->pdev)
		return -EBADFD;

	ret = dmaengine_terminate_sync(session->chan);
	if (ret)
		return ret;
	test_slots_terminated(session);

	return 0;
}

/* ---- file */

static long test_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct test_session *session = file->private_data;
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case PCI_EP_DMA_TEST_OPEN:
		return test_ioctl_open(session, uarg);
	case PCI_EP_DMA_TEST_SUBMIT:
		return test_ioctl_submit(session, uarg);
	case PCI_EP_DMA_TEST_WAIT:
		return test_ioctl_wait(session, uarg);
	case PCI_EP_DMA_TEST_TERMINATE:
		return test_ioctl_terminate(session);
	default:
		return -ENOTTY;
	}
}

/* The position in the file is the position in the buffer */
static ssize_t test_read(struct file *file, char __user *ubuf, size_t count,
			 loff_t *pos)
{
	struct test_session *session = file->private_data;

	guard(mutex)(&session->lock);

	if (!session->pdev)
		return -EBADFD;
	if (!session->buf)
		return -ENODEV;

	return simple_read_from_buffer(ubuf, count, pos, session->buf,
				       session->buf_size);
}

static ssize_t test_write(struct file *file, const char __user *ubuf,
			  size_t count, loff_t *pos)
{
	struct test_session *session = file->private_data;

	guard(mutex)(&session->lock);

	if (!session->pdev)
		return -EBADFD;
	if (!session->buf)
		return -ENODEV;
	if (count && *pos >= session->buf_size)
		return -ENOSPC;

	return simple_write_to_buffer(session->buf, session->buf_size, pos,
				      ubuf, count);
}

static int test_open(struct inode *inode, struct file *file)
{
	struct test_session *session;
	unsigned int i;

	session = kvzalloc_obj(*session, GFP_KERNEL);
	if (!session)
		return -ENOMEM;

	mutex_init(&session->lock);
	spin_lock_init(&session->done_lock);
	init_waitqueue_head(&session->done);
	for (i = 0; i < ARRAY_SIZE(session->slots); i++)
		session->slots[i].session = session;
	file->private_data = session;

	return 0;
}

static int test_release(struct inode *inode, struct file *file)
{
	struct test_session *session = file->private_data;
	unsigned int i;

	test_detach(session);

	for (i = 0; i < ARRAY_SIZE(session->slots); i++)
		sg_free_table(&session->slots[i].sgt);
	mutex_destroy(&session->lock);
	kvfree(session);

	return 0;
}

static const struct file_operations test_fops = {
	.owner		= THIS_MODULE,
	.open		= test_open,
	.release	= test_release,
	.read		= test_read,
	.write		= test_write,
	.llseek		= default_llseek,
	.unlocked_ioctl	= test_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

static struct miscdevice test_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "pci-ep-dma-test",
	.mode	= 0600,
	.fops	= &test_fops,
};
module_misc_device(test_misc);

MODULE_DESCRIPTION("Test client of DMA channels lent by a PCI endpoint");
MODULE_LICENSE("GPL");
