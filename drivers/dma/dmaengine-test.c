// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit test of DMA devices and channels that come and go
 *
 * A DMA device without hardware, unregistered while clients hold its channels.
 * Most of what can go wrong is a message of the kernel rather than a wrong
 * result, so each case ends with a look whether there was a warning.
 */

#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/dmaengine.h>
#include <linux/panic.h>
#include <linux/slab.h>

#include "dmaengine.h"

#define NUM_CHANS	2

/**
 * struct fake_dma - a DMA device that moves nothing
 * @dma: the device
 * @chans: its channels
 * @map: the client's name for channel 0
 * @parent: device of the driver
 * @client: device of the one that uses it
 * @watch: sees the devices of channels come and go
 * @meanwhile: what to do when that of a channel does
 * @alloc_error: what device_alloc_chan_resources() returns
 * @registered: the core has it
 * @released: device_release() ran
 * @forgotten: nothing of a client was left in the channels by then
 * @tainted: the kernel had warned before this test
 */
struct fake_dma {
	struct dma_device dma;
	struct dma_chan chans[NUM_CHANS];
	struct dma_slave_map map;
	struct device *parent;
	struct device *client;
	struct class_interface watch;
	void (*meanwhile)(struct fake_dma *fake);
	int alloc_error;
	bool registered;
	bool released;
	bool forgotten;
	bool tainted;
};

static enum dma_status fake_tx_status(struct dma_chan *chan,
				      dma_cookie_t cookie,
				      struct dma_tx_state *state)
{
	return DMA_COMPLETE;
}

static void fake_issue_pending(struct dma_chan *chan)
{
}

static int fake_alloc_chan_resources(struct dma_chan *chan)
{
	return container_of(chan->device, struct fake_dma, dma)->alloc_error;
}

static void fake_free_chan_resources(struct dma_chan *chan)
{
}

static void fake_release(struct dma_device *dma)
{
	struct fake_dma *fake = container_of(dma, struct fake_dma, dma);
	int i;

	fake->released = true;
	fake->forgotten = true;
	for (i = 0; i < NUM_CHANS; i++)
		if (fake->chans[i].slave || fake->chans[i].name)
			fake->forgotten = false;
}

static bool fake_filter(struct dma_chan *chan, void *param)
{
	/* As some filters do; also of a channel that nobody should be offered */
	return *dma_chan_name(chan) && chan == param;
}

static struct dma_chan *fake_request(struct fake_dma *fake, int i)
{
	dma_cap_mask_t mask;

	dma_cap_zero(mask);
	dma_cap_set(DMA_SLAVE, mask);

	return dma_request_channel(mask, fake_filter, &fake->chans[i]);
}

static void expect_no_warning(struct kunit *test)
{
	struct fake_dma *fake = test->priv;

	if (fake->tainted)
		kunit_info(test, "a warning would not be noticed\n");
	else
		KUNIT_EXPECT_FALSE(test, test_taint(TAINT_WARN));
}

/*
 * The class of the channels' devices tells of each that comes or goes, while
 * the core is about to register or unregister the channel and has no lock. What
 * a client does at that time on another CPU is done from there.
 */
static struct fake_dma *watched;

static void fake_meanwhile(struct device *dev)
{
	void (*meanwhile)(struct fake_dma *fake) = watched->meanwhile;

	if (!meanwhile || dev->parent != watched->parent)
		return;
	watched->meanwhile = NULL;
	meanwhile(watched);
}

static int fake_add_dev(struct device *dev)
{
	fake_meanwhile(dev);
	return 0;
}

static void fake_watch(struct kunit *test)
{
	struct fake_dma *fake = test->priv;

	watched = fake;
	fake->watch.class = fake->chans[0].dev->device.class;
	fake->watch.add_dev = fake_add_dev;
	fake->watch.remove_dev = fake_meanwhile;
	KUNIT_ASSERT_EQ(test, class_interface_register(&fake->watch), 0);
}

static void fake_unwatch(struct fake_dma *fake)
{
	fake->meanwhile = NULL;
	class_interface_unregister(&fake->watch);
}

static void fake_unregister(struct fake_dma *fake)
{
	fake->registered = false;
	dma_async_device_unregister(&fake->dma);
}

/* The last put may free the channel, so the client has to be forgotten before */
static void release_after_unregister(struct kunit *test)
{
	struct fake_dma *fake = test->priv;
	struct dma_chan *chan;

	chan = dma_request_chan(fake->client, "rx");
	KUNIT_ASSERT_FALSE(test, IS_ERR(chan));

	fake_unregister(fake);
	KUNIT_EXPECT_FALSE(test, fake->released);

	dma_release_channel(chan);
	KUNIT_EXPECT_TRUE(test, fake->released);
	KUNIT_EXPECT_TRUE(test, fake->forgotten);
	expect_no_warning(test);
}

static void client_keeps_device_of_channel(struct kunit *test)
{
	struct fake_dma *fake = test->priv;
	struct device *dev;
	struct dma_chan *chan;

	chan = fake_request(fake, 0);
	KUNIT_ASSERT_NOT_NULL(test, chan);
	dev = get_device(&chan->dev->device);

	fake_unregister(fake);
	/* The client's and the one from above */
	KUNIT_EXPECT_EQ(test, kref_read(&dev->kobj.kref), 2);
	KUNIT_EXPECT_PTR_EQ(test, dmaengine_get_dma_device(chan), fake->parent);

	dma_release_channel(chan);
	KUNIT_EXPECT_EQ(test, kref_read(&dev->kobj.kref), 1);
	put_device(dev);
	expect_no_warning(test);
}

static void unused_channel_keeps_no_device(struct kunit *test)
{
	struct fake_dma *fake = test->priv;
	struct device *dev = get_device(&fake->chans[0].dev->device);
	struct dma_chan *chan;

	/* Neither a client that left nor one that was refused leaves anything */
	chan = fake_request(fake, 0);
	KUNIT_ASSERT_NOT_NULL(test, chan);
	dma_release_channel(chan);
	fake->alloc_error = -ENOMEM;
	KUNIT_EXPECT_NULL(test, fake_request(fake, 0));

	fake_unregister(fake);
	KUNIT_EXPECT_TRUE(test, fake->released);
	KUNIT_EXPECT_EQ(test, kref_read(&dev->kobj.kref), 1);
	put_device(dev);
	expect_no_warning(test);
}

static void no_client_after_unregister(struct kunit *test)
{
	struct fake_dma *fake = test->priv;
	struct dma_chan *chan, *late;

	chan = fake_request(fake, 0);
	KUNIT_ASSERT_NOT_NULL(test, chan);

	/* The device stays in the list because of its client */
	fake_unregister(fake);
	KUNIT_EXPECT_FALSE(test, fake->released);
	late = fake_request(fake, 1);
	KUNIT_EXPECT_NULL(test, late);
	KUNIT_EXPECT_NULL(test, dma_get_slave_channel(&fake->chans[1]));
	if (late)
		dma_release_channel(late);

	dma_release_channel(chan);
	KUNIT_EXPECT_TRUE(test, fake->released);
	expect_no_warning(test);
}

/* What cannot be had now may be had later, and leaves the list once */
static void refused_device_stays_in_the_list(struct kunit *test)
{
	struct fake_dma *fake = test->priv;
	struct dma_chan *chan;

	fake->alloc_error = -ENODEV;
	KUNIT_EXPECT_NULL(test, fake_request(fake, 0));
	fake->alloc_error = 0;
	chan = fake_request(fake, 0);
	KUNIT_ASSERT_NOT_NULL(test, chan);
	dma_release_channel(chan);

	fake_unregister(fake);
	KUNIT_EXPECT_TRUE(test, fake->released);
	expect_no_warning(test);
}

/* Of these the core asserts that it has its lock */
static void channel_comes_and_goes(struct kunit *test)
{
	struct fake_dma *fake = test->priv;
	struct dma_chan *chan = &fake->chans[1];
	int err;

	dma_async_device_channel_unregister(&fake->dma, chan);
	err = dma_async_device_channel_register(&fake->dma, chan, NULL);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, fake->dma.chancnt, NUM_CHANS);

	fake_unregister(fake);
	expect_no_warning(test);
}

/* Make it one whose channels dmaengine_get() takes */
static int fake_publish(struct fake_dma *fake)
{
	int err;

	if (fake->registered)
		fake_unregister(fake);
	fake->released = false;
	fake->dma.privatecnt = 0;
	dma_cap_clear(DMA_PRIVATE, fake->dma.cap_mask);

	err = dma_async_device_register(&fake->dma);
	fake->registered = !err;

	return err;
}

/* One comes and goes, and then those who take all that is public */
static void use_all(struct fake_dma *fake)
{
	struct dma_chan *chan = fake_request(fake, 1);

	if (chan)
		dma_release_channel(chan);
	dmaengine_get();
}

static void no_public_client_amid_unregister(struct kunit *test)
{
	struct fake_dma *fake = test->priv;
	struct device *dev[NUM_CHANS];
	int i;

	KUNIT_ASSERT_EQ(test, fake_publish(fake), 0);
	for (i = 0; i < NUM_CHANS; i++)
		dev[i] = get_device(&fake->chans[i].dev->device);

	/* Channel 0 is gone then and channel 1 is not */
	fake_watch(test);
	fake->meanwhile = use_all;
	fake_unregister(fake);
	KUNIT_EXPECT_NULL(test, fake->meanwhile);
	fake_unwatch(fake);

	KUNIT_EXPECT_TRUE(test, fake->released);
	for (i = 0; i < NUM_CHANS; i++)
		KUNIT_EXPECT_EQ(test, fake->chans[i].client_count, 0);

	/* What was taken in spite of that is only given back to a public one */
	if (!fake->released)
		dma_cap_clear(DMA_PRIVATE, fake->dma.cap_mask);
	dmaengine_put();
	for (i = 0; i < NUM_CHANS; i++)
		put_device(dev[i]);
	expect_no_warning(test);
}

static void no_public_client_of_a_channel_that_left(struct kunit *test)
{
	struct fake_dma *fake = test->priv;
	struct device *dev;

	KUNIT_ASSERT_EQ(test, fake_publish(fake), 0);
	dev = get_device(&fake->chans[1].dev->device);

	dma_async_device_channel_unregister(&fake->dma, &fake->chans[1]);
	dmaengine_get();
	KUNIT_EXPECT_EQ(test, fake->chans[0].client_count, 1);
	KUNIT_EXPECT_EQ(test, fake->chans[1].client_count, 0);
	KUNIT_EXPECT_EQ(test, kref_read(&dev->kobj.kref), 1);
	dmaengine_put();

	put_device(dev);
	fake_unregister(fake);
	KUNIT_EXPECT_TRUE(test, fake->released);
	expect_no_warning(test);
}

static struct dma_chan *early;

static void request_early(struct fake_dma *fake)
{
	early = dma_get_slave_channel(&fake->chans[1]);
}

static void no_client_before_register(struct kunit *test)
{
	struct fake_dma *fake = test->priv;
	struct dma_chan *chan = &fake->chans[1];
	int err;

	dma_async_device_channel_unregister(&fake->dma, chan);
	fake_watch(test);
	early = NULL;
	fake->meanwhile = request_early;
	err = dma_async_device_channel_register(&fake->dma, chan, NULL);
	KUNIT_EXPECT_NULL(test, fake->meanwhile);
	fake_unwatch(fake);

	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_NULL(test, early);
	if (early) {
		/* The registration forgot its client */
		chan->client_count = 1;
		dma_release_channel(early);
	}

	chan = dma_get_slave_channel(chan);
	KUNIT_EXPECT_NOT_NULL(test, chan);
	if (chan)
		dma_release_channel(chan);
	fake_unregister(fake);
	KUNIT_EXPECT_TRUE(test, fake->released);
	expect_no_warning(test);
}

/* A client waits for channels, and the first cannot be had */
static void failed_register_leaves_no_channel(struct kunit *test)
{
	struct fake_dma *fake = test->priv;
	int i;

	dmaengine_get();
	fake->alloc_error = -ENODEV;
	KUNIT_EXPECT_EQ(test, fake_publish(fake), -ENODEV);
	for (i = 0; i < NUM_CHANS; i++)
		KUNIT_EXPECT_TRUE(test, !fake->chans[i].local);
	KUNIT_EXPECT_EQ(test, fake->dma.chancnt, 0);
	dmaengine_put();
	expect_no_warning(test);
}

static int fake_init(struct kunit *test)
{
	struct fake_dma *fake;
	struct dma_device *dma;
	int i, err;

	fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fake);
	test->priv = fake;
	fake->tainted = test_taint(TAINT_WARN);

	fake->parent = kunit_device_register(test, "fake-dma");
	KUNIT_ASSERT_FALSE(test, IS_ERR(fake->parent));
	fake->client = kunit_device_register(test, "fake-dma-client");
	KUNIT_ASSERT_FALSE(test, IS_ERR(fake->client));

	fake->map.devname = dev_name(fake->client);
	fake->map.slave = "rx";
	fake->map.param = &fake->chans[0];

	dma = &fake->dma;
	dma->dev = fake->parent;
	dma->filter.fn = fake_filter;
	dma->filter.map = &fake->map;
	dma->filter.mapcnt = 1;
	dma->device_tx_status = fake_tx_status;
	dma->device_issue_pending = fake_issue_pending;
	dma->device_alloc_chan_resources = fake_alloc_chan_resources;
	dma->device_free_chan_resources = fake_free_chan_resources;
	dma->device_release = fake_release;
	dma_cap_set(DMA_SLAVE, dma->cap_mask);
	dma_cap_set(DMA_PRIVATE, dma->cap_mask);

	INIT_LIST_HEAD(&dma->channels);
	for (i = 0; i < NUM_CHANS; i++) {
		fake->chans[i].device = dma;
		list_add_tail(&fake->chans[i].device_node, &dma->channels);
	}

	err = dma_async_device_register(dma);
	fake->registered = !err;

	return err;
}

static void fake_exit(struct kunit *test)
{
	struct fake_dma *fake = test->priv;

	if (fake && fake->registered)
		fake_unregister(fake);
}

static struct kunit_case dmaengine_cases[] = {
	KUNIT_CASE(release_after_unregister),
	KUNIT_CASE(client_keeps_device_of_channel),
	KUNIT_CASE(unused_channel_keeps_no_device),
	KUNIT_CASE(no_client_after_unregister),
	KUNIT_CASE(refused_device_stays_in_the_list),
	KUNIT_CASE(channel_comes_and_goes),
	KUNIT_CASE(no_public_client_amid_unregister),
	KUNIT_CASE(no_public_client_of_a_channel_that_left),
	KUNIT_CASE(no_client_before_register),
	KUNIT_CASE(failed_register_leaves_no_channel),
	{}
};

static struct kunit_suite dmaengine_suite = {
	.name = "dmaengine",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = dmaengine_cases,
};

kunit_test_suite(dmaengine_suite);

MODULE_DESCRIPTION("KUnit test of DMA devices and channels that come and go");
MODULE_LICENSE("GPL");
