/**
 * What is known of the scopes of the Data Portability API at a date: data, not an enumeration. Google adds and removes
 * scopes, so nothing may be refused because it is not in here.
 *
 * Source: the generated Node.js client `googleapis` 188.0.0; v1 and v1beta are identical. Labels are our own words.
 */

export type ScopeCategory = 'sensitive' | 'restricted';

export interface ScopeRow {
  /** The scope without its prefix, for instance `chrome.history`; what `portabilityArchive:initiate` takes. */
  readonly resource: string;
  /** English, in plain words, at most 40 characters; understood without the name of the service. */
  readonly label: string;
  /** Name of the service, English. */
  readonly service: string;
  /** What Google demands of an app that asks for it; `undefined` where that is not known first-hand. */
  readonly category: ScopeCategory | undefined;
  /** Day of the first client that had it, `YYYY-MM-DD`; `undefined` where no client ever had it. */
  readonly firstSeen: string | undefined;
}

export interface RetiredScopeRow extends ScopeRow {
  /** Day of the first client without it, `YYYY-MM-DD`. */
  readonly removed: string;
}

/** The day of the data, `YYYY-MM-DD`. */
export const scopeDataAsOf = '2026-10-22';

type Entry = readonly [resource: string, category: ScopeCategory | undefined, firstSeen: string, label: string];

const untold = undefined;

/** By service, in the order in which they are shown. */
const current: readonly (readonly [service: string, entries: readonly Entry[]])[] = [
  ['Alerts', [['alerts.subscriptions', 'sensitive', '2024-08-29', 'Google Alerts subscriptions']]],
  [
    'Chrome',
    [
      ['chrome.autofill', 'restricted', '2024-03-05', 'Chrome autofill entries'],
      ['chrome.bookmarks', 'restricted', '2024-03-05', 'Chrome bookmarks'],
      ['chrome.dictionary', 'sensitive', '2024-03-05', 'Words added to the Chrome dictionary'],
      ['chrome.extensions', 'sensitive', '2024-03-05', 'Chrome extensions'],
      ['chrome.history', 'restricted', '2024-03-05', 'Chrome browsing history'],
      ['chrome.reading_list', 'sensitive', '2024-03-05', 'Chrome reading list'],
      ['chrome.settings', 'sensitive', '2024-03-05', 'Chrome settings'],
    ],
  ],
  [
    'Discover',
    [
      ['discover.follows', 'sensitive', '2024-03-21', 'Follows in Discover'],
      ['discover.likes', 'sensitive', '2024-03-21', 'Likes in Discover'],
      ['discover.not_interested', 'sensitive', '2024-03-21', 'Dismissals in Discover'],
    ],
  ],
  [
    'Maps',
    [
      ['maps.aliased_places', untold, '2024-03-21', 'Named places in Maps'],
      ['maps.commute_routes', untold, '2024-02-06', 'Commute routes in Maps'],
      ['maps.commute_settings', untold, '2024-02-06', 'Commute settings in Maps'],
      ['maps.ev_profile', untold, '2024-02-06', 'Electric vehicle profile in Maps'],
      ['maps.factual_contributions', untold, '2024-03-21', 'Facts about places sent to Maps'],
      ['maps.offering_contributions', untold, '2024-02-06', 'Offers of places sent to Maps'],
      ['maps.photos_videos', untold, '2024-02-06', 'Photos and videos posted to Maps'],
      ['maps.questions_answers', untold, '2024-03-21', 'Questions and answers in Maps'],
      ['maps.reviews', untold, '2024-02-06', 'Reviews written in Maps'],
      ['maps.starred_places', 'restricted', '2024-02-06', 'Starred places in Maps'],
      ['maps.vehicle_profile', untold, '2025-09-11', 'Vehicle profile in Maps'],
    ],
  ],
  [
    'My Activity',
    [
      ['myactivity.maps', untold, '2024-02-06', 'Activity in Maps'],
      ['myactivity.myadcenter', untold, '2024-03-21', 'Activity in My Ad Center'],
      ['myactivity.play', untold, '2024-03-21', 'Activity in Google Play'],
      ['myactivity.search', untold, '2024-02-02', 'Activity in Google Search'],
      ['myactivity.shopping', untold, '2024-02-02', 'Activity in Shopping'],
      ['myactivity.youtube', untold, '2024-02-02', 'Activity in YouTube'],
    ],
  ],
  ['My Maps', [['mymaps.maps', untold, '2024-03-21', 'Own maps in My Maps']]],
  [
    'Nest',
    [
      ['nest.camera_event', untold, '2026-01-07', 'Nest camera events'],
      ['nest.camera_feature', untold, '2026-01-07', 'Nest camera features'],
      ['nest.camera_video', untold, '2026-01-07', 'Nest camera videos'],
      ['nest.store', untold, '2026-01-07', 'Nest store data'],
      ['nest.user', untold, '2026-01-07', 'Nest user data'],
    ],
  ],
  ['Pixel', [['pixel.device_data', untold, '2026-07-21', 'Pixel device data']]],
  [
    'Play',
    [
      ['play.devices', untold, '2024-03-21', 'Devices with Google Play'],
      ['play.grouping', untold, '2024-03-21', 'Grouping tags in Google Play'],
      ['play.installs', untold, '2024-03-21', 'Apps installed from Google Play'],
      ['play.library', untold, '2024-03-21', 'Google Play library'],
      ['play.playpoints', untold, '2024-03-21', 'Google Play Points'],
      ['play.promotions', untold, '2024-03-21', 'Google Play promotions'],
      ['play.purchases', untold, '2024-03-21', 'Google Play purchases'],
      ['play.redemptions', untold, '2024-03-21', 'Google Play redemptions'],
      ['play.subscriptions', untold, '2024-03-21', 'Google Play subscriptions'],
      ['play.usersettings', untold, '2024-03-21', 'Google Play settings'],
    ],
  ],
  [
    'Purchases & Reservations',
    [['order_reserve.purchases_reservations', untold, '2024-03-21', 'Purchases and reservations']],
  ],
  ['Saved', [['saved.collections', 'sensitive', '2024-03-05', 'Collections of saved items']]],
  [
    'Search contributions',
    [
      ['search_ugc.comments', untold, '2025-01-23', 'Comments in Google Search'],
      ['search_ugc.media.reviews_and_stars', untold, '2024-03-21', 'Reviews and stars for films and shows'],
      ['search_ugc.media.streaming_video_providers', untold, '2024-03-21', 'Video streaming services used'],
      ['search_ugc.media.thumbs', untold, '2024-03-21', 'Thumbs up or down for films and shows'],
      ['search_ugc.media.watched', untold, '2024-03-21', 'Films and shows marked as watched'],
    ],
  ],
  [
    'Search notifications',
    [
      ['searchnotifications.settings', untold, '2024-03-21', 'Search notification settings'],
      ['searchnotifications.subscriptions', untold, '2024-03-21', 'Search notification subscriptions'],
    ],
  ],
  [
    'Shopping',
    [
      ['shopping.addresses', untold, '2024-02-02', 'Delivery addresses'],
      ['shopping.reviews', untold, '2024-02-02', 'Reviews written in Shopping'],
    ],
  ],
  ['Street View', [['streetview.imagery', untold, '2024-03-21', 'Pictures given to Street View']]],
  [
    'YouTube',
    [
      ['youtube.channel', untold, '2024-02-02', 'YouTube channel'],
      ['youtube.clips', untold, '2024-08-31', 'YouTube clips'],
      ['youtube.comments', untold, '2024-02-02', 'YouTube comments'],
      ['youtube.conversations', untold, '2025-11-26', 'YouTube conversations'],
      ['youtube.live_chat', untold, '2024-02-02', 'YouTube live chat messages'],
      ['youtube.music', 'sensitive', '2024-02-02', 'YouTube Music data'],
      ['youtube.playable', untold, '2024-03-05', 'YouTube Playables data'],
      ['youtube.posts', untold, '2024-03-05', 'YouTube posts'],
      ['youtube.private_playlists', 'sensitive', '2024-02-02', 'Private YouTube playlists'],
      ['youtube.private_videos', untold, '2024-02-02', 'Private YouTube videos'],
      ['youtube.public_playlists', 'sensitive', '2024-02-02', 'Public YouTube playlists'],
      ['youtube.public_videos', untold, '2024-02-02', 'Public YouTube videos'],
      ['youtube.shopping', untold, '2024-02-02', 'YouTube shopping data'],
      ['youtube.subscriptions', untold, '2024-02-02', 'YouTube subscriptions'],
      ['youtube.unlisted_playlists', untold, '2024-02-02', 'Unlisted YouTube playlists'],
      ['youtube.unlisted_videos', untold, '2024-02-02', 'Unlisted YouTube videos'],
    ],
  ],
];

/** The scopes that every method of the API takes at {@link scopeDataAsOf}, service by service. */
export const currentScopes: readonly ScopeRow[] = current.flatMap(([service, entries]) =>
  entries.map(([resource, category, firstSeen, label]) => ({ resource, label, service, category, firstSeen })),
);

/** Scopes that clients once had. Some pages of Google still list them. */
export const retiredScopes: readonly RetiredScopeRow[] = [
  {
    resource: 'businessmessaging.conversations',
    label: 'Business Messages conversations',
    service: 'Business Messages',
    category: 'restricted',
    firstSeen: '2024-02-02',
    removed: '2025-09-11',
  },
  {
    resource: 'maps.post_trip_feedback',
    label: 'Feedback after trips in Maps',
    service: 'Maps',
    category: undefined,
    firstSeen: '2024-03-21',
    removed: '2024-04-05',
  },
];

/** Scopes that a page of Google lists, but no client up to {@link scopeDataAsOf} has. */
export const documentedOnlyScopes: readonly ScopeRow[] = [
  {
    resource: 'fitbit.device_events',
    label: 'Fitbit device events',
    service: 'Fitbit',
    category: 'restricted',
    firstSeen: undefined,
  },
];
