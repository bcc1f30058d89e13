/**
 * The resources whose scopes Google's discovery document lists, as of October 2026. Dated data: the sandbox takes every other
 * `dataportability.*` scope as well.
 */
const byService: Readonly<Record<string, string>> = {
  alerts: 'subscriptions',
  chrome: 'autofill bookmarks dictionary extensions history reading_list settings',
  discover: 'follows likes not_interested',
  maps:
    'aliased_places commute_routes commute_settings ev_profile factual_contributions offering_contributions photos_videos ' +
    'questions_answers reviews starred_places vehicle_profile',
  myactivity: 'maps myadcenter play search shopping youtube',
  mymaps: 'maps',
  nest: 'camera_event camera_feature camera_video store user',
  order_reserve: 'purchases_reservations',
  pixel: 'device_data',
  play: 'devices grouping installs library playpoints promotions purchases redemptions subscriptions usersettings',
  saved: 'collections',
  search_ugc: 'comments media.reviews_and_stars media.streaming_video_providers media.thumbs media.watched',
  searchnotifications: 'settings subscriptions',
  shopping: 'addresses reviews',
  streetview: 'imagery',
  youtube:
    'channel clips comments conversations live_chat music playable posts private_playlists private_videos public_playlists ' +
    'public_videos shopping subscriptions unlisted_playlists unlisted_videos',
};

export const knownResources: readonly string[] = Object.entries(byService).flatMap(([service, names]) =>
  names.split(' ').map((name) => `${service}.${name}`),
);
